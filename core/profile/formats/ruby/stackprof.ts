// StackProf of Ruby: its dump (`StackProf.run(out: …)`, Ruby Marshal) and the same as JSON. `raw: true` gives stacks, else it is flat.
// https://github.com/tmm1/stackprof#all-options
import { z } from 'zod';
import { UnreadableInputError } from '../../../model/errors.js';
import type { Frame, ProfileKind } from '../../../model/profile.js';
import { createProfileBuilder, rootNode, type ProfileBuilder } from '../../profile-builder.js';
import type { StackProfile } from '../../stack-profile.js';
import { createByteReader } from '../input/byte-reader.js';
import type { Detection, ProfileFormat, ProfileHead, ReadOptions } from '../format.js';
import { detectJson } from '../input/json-shape.js';
import { readRubyMarshal, type RubyValue } from './ruby-marshal.js';
import { readAllBytes } from '../input/whole-file.js';

export const stackprof: ProfileFormat = {
  id: 'stackprof',
  expects: 'StackProf of Ruby (dump or JSON)',
  tool: 'StackProf 0.2 (tried with 0.2.21)',
  command: '`StackProf.run(mode: :wall, raw: true, out: …)`',
  exactness: 'exact with `raw: true`, else flat',
  detect,
  read,
};

function detect(head: ProfileHead): Detection {
  const [first, second, third] = head.bytes;
  if (first === 4 && second === 8 && third === 0x7b) return 'yes';
  return detectJson(head, ({ paths }) => paths.has('frames') && paths.has('mode') && paths.has('gc_samples'));
}

const frameSchema = z.object({
  name: z.string(),
  file: z.string().nullish(),
  line: z.number().nullish(),
  samples: z.number().default(0),
});
const fileSchema = z.object({
  mode: z.string(),
  interval: z.number().nullish(),
  samples: z.number(),
  missed_samples: z.number().default(0),
  frames: z.record(z.string(), frameSchema),
  raw: z.array(z.number()).nullish(),
});
type File = z.infer<typeof fileSchema>;

async function read(source: AsyncIterable<Uint8Array>, options: ReadOptions): Promise<StackProfile> {
  const bytes = await readAllBytes(source, 'stackprof');
  const file = fileSchema.safeParse(bytes[0] === 4 ? plain(readRubyMarshal(createByteReader(bytes, 'stackprof'))) : json(bytes));
  if (!file.success) throw new UnreadableInputError(`stackprof: expected mode, samples and frames. ${z.prettifyError(file.error)}`);
  const { mode, raw, samples, missed_samples: missed } = file.data;
  const builder = createProfileBuilder();
  if (raw === null || raw === undefined || raw.length === 0) addFlat(file.data, builder);
  else addRaw(file.data, raw, builder);
  if (missed > 0) builder.note('missed-samples', `${missed} of ${samples + missed} samples were missed by the profiler`);
  return builder.finish({ format: 'stackprof', kind: options.kind ?? kindOf(mode), unit: 'samples', durationMs: null, samplesKnown: true });
}

function kindOf(mode: string): ProfileKind {
  if (mode === 'cpu' || mode === 'wall') return mode;
  return mode === 'object' ? 'alloc' : 'unknown';
}

/** The dump's keys are symbols and its frame ids numbers; JSON has text for both. A dump may link to what it held before, even to what it is inside of. */
function plain(value: RubyValue, known = new Map<RubyValue, unknown>()): unknown {
  if (!Array.isArray(value) && !(value instanceof Map)) return value;
  if (known.has(value)) return known.get(value);
  if (Array.isArray(value)) {
    const list: unknown[] = [];
    known.set(value, list);
    for (const entry of value) list.push(plain(entry, known));
    return list;
  }
  const record = Object.create(null) as Record<string, unknown>;
  known.set(value, record);
  for (const [key, entry] of value) record[typeof key === 'number' || typeof key === 'string' ? `${key}` : ''] = plain(entry, known);
  return record;
}

function json(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new UnreadableInputError(`stackprof: expected JSON, got ${bytes.length} bytes that are none. Is the file complete?`, {
      cause: error,
    });
  }
}

/** Again and again: number of frames, the frames' ids root first, how often the stack was seen in a row. */
function addRaw(file: File, raw: readonly number[], builder: ProfileBuilder): void {
  const ids = new Map<number, number>();
  const frameId = (id: number): number => {
    const known = ids.get(id) ?? builder.frame(frameOf(file.frames[String(id)]));
    ids.set(id, known);
    return known;
  };
  let seen = 0;
  for (let at = 0; at < raw.length;) {
    const depth = raw[at] ?? 0;
    const count = raw[at + depth + 1];
    if (!(depth >= 0) || count === undefined || !(count >= 0)) {
      throw new UnreadableInputError(
        `stackprof: expected a stack and its count at ${at} of raw, got ${depth} frames. Is the file complete?`,
      );
    }
    let node = rootNode;
    for (const id of raw.slice(at + 1, at + 1 + depth)) node = builder.child(node, frameId(id));
    builder.add(node === rootNode ? builder.child(rootNode, builder.frame(frameOf(undefined))) : node, count, count);
    seen += count;
    at += depth + 2;
  }
  if (seen !== file.samples) builder.note('samples-differ', `${seen} samples with stacks, the header says ${file.samples}`);
}

function addFlat(file: File, builder: ProfileBuilder): void {
  for (const frame of Object.values(file.frames)) {
    if (frame.samples > 0) builder.add(builder.child(rootNode, builder.frame(frameOf(frame))), frame.samples, frame.samples);
  }
  builder.note('flat', 'StackProf without `raw: true` tells samples per method, without stacks');
}

/** Methods written in C have the file `<cfunc>`. */
function frameOf(frame: z.infer<typeof frameSchema> | undefined): Frame {
  if (frame === undefined) return { name: '[unknown]', module: '', line: null };
  const isC = frame.file === '<cfunc>';
  return { name: frame.name, module: isC ? '(c function)' : (frame.file ?? ''), line: isC ? null : (frame.line ?? null) };
}
