// pprof's protobuf (https://github.com/google/pprof/blob/main/proto/profile.proto), already gunzipped.
// location_id[0] is the leaf, line[0] of a location the innermost inlined function: self weight belongs to it, and its key is the
// function, never the line.
import { Profile as PprofMessage, type Sample } from 'pprof-format';
import { UnreadableInputError } from '../../model/errors.js';
import type { Frame } from '../../model/profile.js';
import { createProfileBuilder, rootNode, type ProfileBuilder } from '../profile-builder.js';
import type { StackProfile } from '../stack-profile.js';
import type { ProfileFormat, ReadOptions } from './format.js';
import { detectPprof } from './pprof-detect.js';
import { chooseValue, valueTypes, type ValueChoice } from './pprof-values.js';
import { readAllBytes } from './whole-file.js';

export const pprof: ProfileFormat = {
  id: 'pprof',
  expects: 'pprof protobuf, gzipped or not',
  detect: detectPprof,
  read,
};

async function read(source: AsyncIterable<Uint8Array>, options: ReadOptions): Promise<StackProfile> {
  const message = decode(await readAllBytes(source, 'pprof'));
  const values = valueTypes(message);
  const sums = values.map((_, index) => message.sample.reduce((sum, sample) => sum + Math.max(0, valueAt(sample, index)), 0));
  const choice = chooseValue(message, values, sums, options);
  const builder = createProfileBuilder();
  addSamples(message, choice, builder);
  const others = values.filter((_, index) => index !== choice.index && index !== choice.countIndex && (sums[index] ?? 0) > 0);
  if (others.length > 0)
    builder.note('other-values', `ranked ${choice.type}; also in the file: ${others.map((value) => value.type).join(', ')}`);
  const durationMs = Number(message.durationNanos) / 1e6;
  return builder.finish({
    format: 'pprof',
    kind: options.kind ?? choice.kind,
    unit: choice.unit === 'count' ? (choice.type === 'samples' || choice.kind === 'cpu' ? 'samples' : 'count') : choice.unit,
    durationMs: durationMs > 0 ? durationMs : null,
    samplesKnown: choice.countIndex !== null,
  });
}

function decode(bytes: Uint8Array): PprofMessage {
  try {
    const message = PprofMessage.decode(bytes);
    if (message.sampleType.length > 0 && message.sample.length > 0 && message.stringTable.strings[0] === '') return message;
  } catch (error) {
    throw new UnreadableInputError('pprof: expected a profile message, got bytes that do not decode. Is the download complete?', {
      cause: error,
    });
  }
  throw new UnreadableInputError(
    'pprof: expected at least one sample type and one sample, got none. Was the service busy while it was captured?',
  );
}

function valueAt(sample: Sample, index: number): number {
  return Number(sample.value[index] ?? 0);
}

function addSamples(message: PprofMessage, choice: ValueChoice, builder: ProfileBuilder): void {
  const stacks = locationReader(message, builder);
  let negative = 0;
  for (const sample of message.sample) {
    const weight = valueAt(sample, choice.index);
    if (weight < 0) negative++;
    if (weight <= 0) continue;
    let node = rootNode;
    let leafLine = 0;
    for (const id of [...sample.locationId].reverse()) {
      const location = stacks(Number(id));
      for (const frame of location.frames) node = builder.child(node, frame);
      leafLine = location.leafLine;
    }
    if (node === rootNode) node = builder.child(node, builder.frame({ name: '[unknown]', module: '', line: null }));
    builder.add(node, weight, choice.countIndex === null ? 0 : Math.max(0, valueAt(sample, choice.countIndex)));
    if (leafLine > 0) builder.addLine(node, leafLine, weight);
  }
  if (negative > 0) builder.note('negative-values', `${negative} samples with a negative value left out (a difference of two profiles?)`);
}

interface LocationFrames {
  /** Outer caller first. */
  frames: number[];
  leafLine: number;
}

function locationReader(message: PprofMessage, builder: ProfileBuilder): (id: number) => LocationFrames {
  const text = (index: number | bigint): string => message.stringTable.strings[Number(index)] ?? '';
  const functions = new Map(message.function.map((entry) => [Number(entry.id), entry]));
  const mappings = new Map(message.mapping.map((entry) => [Number(entry.id), text(entry.filename)]));
  const locations = new Map(message.location.map((entry) => [Number(entry.id), entry]));
  const read = (id: number): LocationFrames => {
    const location = locations.get(id);
    const inlined = (location?.line ?? []).flatMap((entry) => {
      const callee = functions.get(Number(entry.functionId));
      if (callee === undefined) return [];
      const startLine = Number(callee.startLine);
      const frame: Frame = { name: text(callee.name), module: text(callee.filename), line: startLine > 0 ? startLine : null };
      return [{ frame, line: Number(entry.line) }];
    });
    if (inlined.length === 0)
      return { frames: [builder.frame(unsymbolised(mappings.get(Number(location?.mappingId ?? 0)) ?? ''))], leafLine: 0 };
    const frames = inlined.map(({ frame }) => builder.frame(frame, `${frame.name}\u0000${frame.module}\u0000${frame.line ?? 0}`));
    return { frames: frames.reverse(), leafLine: inlined[0]?.line ?? 0 };
  };
  const cache = new Map<number, LocationFrames>();
  return (id) => {
    const known = cache.get(id);
    if (known !== undefined) return known;
    const made = read(id);
    cache.set(id, made);
    return made;
  };
}

/** No function: say which file the code is in, never a name. */
function unsymbolised(mapping: string): Frame {
  const base = mapping.replace(/^.*\//, '');
  return { name: base === '' ? '[unknown]' : `[${base}]`, module: mapping, line: null };
}
