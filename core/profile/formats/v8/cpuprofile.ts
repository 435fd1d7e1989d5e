import { z } from 'zod';
import { UnreadableInputError } from '../../../model/errors.js';
import { createProfileBuilder } from '../../profile-builder.js';
import type { StackProfile } from '../../stack-profile.js';
import { maxHeadBytes, type Detection, type ProfileFormat, type ProfileHead, type ReadOptions } from '../format.js';
import { numberOf, parseJson, readJsonParts, type ElementPaths } from '../input/json-parts.js';
import { createNumberList } from '../input/number-list.js';
import { numeric, parseV8Profile, v8NodeSchema, type V8Node, type V8Profile } from './v8-profile.js';
import { addV8Profile } from './v8-tree.js';

export const cpuprofile: ProfileFormat = {
  id: 'cpuprofile',
  expects: "V8's .cpuprofile (JSON with nodes, samples and timeDeltas; the older `head` too)",
  tool: 'Node 4 and later, Deno, Chrome (tried with Node 20)',
  command: '`node --cpu-prof`, the inspector',
  exactness: 'exact times of samples; V8 charges built-ins and inlined functions to their caller',
  detect,
  read,
};

function detect(head: ProfileHead): Detection {
  if (!/^\s*\{/.test(head.text) || /"traceEvents"|"\$schema"/.test(head.text)) return 'no';
  if (/"callFrame"\s*:/.test(head.text) && /"nodes"\s*:/.test(head.text)) return 'yes';
  if (/"head"\s*:\s*\{/.test(head.text) && /"functionName"\s*:/.test(head.text)) return 'yes';
  // Samples may stand before the nodes, and there may be more of them than a head holds.
  if (/^\s*\{(?:\s*"(?:id|result|profile)"\s*:\s*(?:\d+\s*,|\{))*\s*"(?:samples|timeDeltas)"\s*:\s*\[/.test(head.text)) return 'yes';
  return /\.cpuprofile$/.test(head.fileName) ? 'yes' : head.isComplete || head.bytes.length >= maxHeadBytes ? 'no' : 'maybe';
}

/** Where the profile may be in the file: by itself, or in the answer of the inspector's `Profiler.stop`. */
const places = ['', 'profile.', 'result.', 'result.profile.'];

const timesSchema = z.object({ startTime: numeric.optional(), endTime: numeric.optional() });
const wrappedSchema = z.union([
  z.object({ result: z.object({ profile: z.looseObject({}) }) }).transform((answer) => answer.result.profile),
  z.object({ profile: z.looseObject({}) }).transform((answer) => answer.profile),
  z.object({ result: z.looseObject({}) }).transform((answer) => answer.result),
  z.looseObject({}),
]);

async function read(source: AsyncIterable<Uint8Array>, options: ReadOptions): Promise<StackProfile> {
  const nodes: V8Node[] = [];
  const samples = createNumberList('cpuprofile');
  const timeDeltas = createNumberList('cpuprofile');
  const paths = Object.fromEntries(
    places.flatMap((place): [string, ElementPaths[string]][] => [
      [`${place}nodes`, (element) => nodes.push(nodeOf(element))],
      [`${place}samples`, (element) => samples.push(checkedNumber(element, 'samples'))],
      [`${place}timeDeltas`, (element) => timeDeltas.push(checkedNumber(element, 'timeDeltas'))],
    ]),
  );
  const { document, ending } = await readJsonParts(source, 'cpuprofile', paths);
  if (ending !== 'whole')
    throw new UnreadableInputError('cpuprofile: expected JSON to its end, but the file ends early. Is the download or copy complete?');
  const profile = wrappedSchema.safeParse(document).data ?? {};
  if (nodes.length === 0) return profileOfV8(parseV8Profile({ ...profile, samples: [...samples.values()] }), options);
  const times = timesSchema.safeParse({ startTime: profile['startTime'], endTime: profile['endTime'] });
  if (!times.success)
    throw new UnreadableInputError(`cpuprofile: expected startTime and endTime as numbers. ${z.prettifyError(times.error)}`);
  const { startTime = 0, endTime = startTime } = times.data;
  return profileOfV8({ nodes, startTime, endTime, samples: samples.values(), timeDeltas: timeDeltas.values() }, options);
}

function nodeOf(element: Uint8Array): V8Node {
  const node = v8NodeSchema.safeParse(parseJson(element, 'cpuprofile'));
  if (node.success) return node.data;
  throw new UnreadableInputError(`cpuprofile: expected nodes with an id and a callFrame. ${z.prettifyError(node.error)}`);
}

function checkedNumber(element: Uint8Array, what: string): number {
  const value = numberOf(element);
  if (!Number.isNaN(value)) return value;
  throw new UnreadableInputError(`cpuprofile: expected numbers in \`${what}\`, got ${new TextDecoder().decode(element.subarray(0, 40))}.`);
}

/** A parsed V8 profile in the common model; weights are microseconds of the JavaScript thread. */
export function profileOfV8(profile: V8Profile, options: ReadOptions = {}): StackProfile {
  const builder = createProfileBuilder();
  addV8Profile(profile, builder);
  const { samples, timeDeltas } = profile;
  if (timeDeltas.length > 0 && timeDeltas.length !== samples.length)
    builder.note('left-out', `${samples.length} samples but ${timeDeltas.length} times: what has no partner weighs nothing`);
  const made = builder.finish({
    format: 'cpuprofile',
    kind: options.kind ?? 'cpu',
    unit: 'microseconds',
    durationMs: Math.max(0, profile.endTime - profile.startTime) / 1000,
    samplesKnown: true,
  });
  if (made.total === 0 && made.idleWeight === null) {
    throw new UnreadableInputError('cpuprofile: expected samples, got none. Was the profiler started and the process running JavaScript?');
  }
  return made;
}
