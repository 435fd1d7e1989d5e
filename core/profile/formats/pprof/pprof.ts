// pprof's protobuf, already gunzipped. location_id[0] is the leaf, line[0] of a location the innermost inlined function: self weight belongs to it, and
// its key is the function, never the line.
import { UnreadableInputError } from '../../../model/errors.js';
import type { Frame } from '../../../model/profile.js';
import { idleFrame } from '../../export/stacks.js';
import { namelessIn, parsePlacedName } from '../../categories/frame-name.js';
import { createProfileBuilder, rootNode, type ProfileBuilder } from '../../profile-builder.js';
import type { StackProfile } from '../../stack-profile.js';
import type { ProfileFormat, ReadOptions } from '../format.js';
import { detectPprof } from './pprof-detect.js';
import { readPprofExtension, type PprofExtension } from './pprof-extension.js';
import { checkValueTypes, readPprofMessage, type PprofMessage } from './pprof-message.js';
import { fullUnit } from '../input/weight-unit.js';
import { chooseValue, textOf, valueTypes, type ValueChoice, type ValueSums } from './pprof-values.js';

export const pprof: ProfileFormat = {
  id: 'pprof',
  expects: 'pprof protobuf, gzipped or not',
  tool: 'Go, pprof-rs, pprof-nodejs, Datadog, Pyroscope, Parca, perf_to_profile (tried with Go 1.26)',
  command: '`curl …/debug/pprof/profile?seconds=30 -o x.pb.gz`',
  exactness: 'exact, inlined functions kept; one value type is ranked, `--value-type` chooses',
  detect: detectPprof,
  read,
};

async function read(source: AsyncIterable<Uint8Array>, options: ReadOptions): Promise<StackProfile> {
  const message = await readPprofMessage(source);
  if (message.sampleTypes.length === 0 || message.records.length() === 0 || message.strings[0] !== '') {
    throw new UnreadableInputError(
      'pprof: expected at least one sample type and one sample, got none. Was the service busy while it was captured?',
    );
  }
  checkValueTypes(message.sampleTypes.length);
  const sums = message.values.map((column) => sumsOf(column.values()));
  const choice = chooseValue(message, sums, options);
  const extension = readPprofExtension(message.comments.map((comment) => textOf(message, comment)));
  const builder = createProfileBuilder();
  refuseDifference(builder, sums[choice.index], message.records.length());
  addSamples(message, choice, builder, extension);
  const values = valueTypes(message);
  const others = values.filter((_, index) => index !== choice.index && index !== choice.countIndex && (sums[index]?.positive ?? 0) > 0);
  if (others.length > 0)
    builder.note('other-values', `ranked ${choice.type}; also in the file: ${others.map((value) => value.type).join(', ')}`);
  return builder.finish({
    format: 'pprof',
    kind: options.kind ?? extension?.kind ?? choice.kind,
    unit: extension?.unit ?? unitOf(choice),
    durationMs: extension !== null ? extension.durationMs : message.durationNanos > 0 ? message.durationNanos / 1e6 : null,
    samplesKnown: extension === null ? choice.countIndex !== null || choice.weightPerSample !== null : extension.effectiveSamples !== null,
    ...(extension?.effectiveSamples == null ? {} : { effectiveSamples: extension.effectiveSamples }),
  });
}

function unitOf({ unit, type, kind }: ValueChoice): string {
  if (unit !== 'count') return fullUnit(unit);
  return type === 'samples' || type === 'sample' || kind === 'cpu' ? 'samples' : 'count';
}

function sumsOf(column: Float64Array): ValueSums {
  const sums = { positive: 0, negatives: 0 };
  for (const value of column) {
    if (value > 0) sums.positive += value;
    else if (value < 0) sums.negatives++;
  }
  return sums;
}

/** Rounding of a writer may leave a value below zero; many of them are what one profile has more than another. */
const maxNegativeShare = 0.05;

function refuseDifference(builder: ProfileBuilder, sums: ValueSums | undefined, records: number): void {
  const negatives = sums?.negatives ?? 0;
  if (negatives === 0) return;
  if (negatives > maxNegativeShare * records) {
    throw new UnreadableInputError(
      `pprof: expected values of one capture, but ${negatives} of ${records} are negative: this is the difference of two profiles. Give both: analyze profile BEFORE --diff AFTER.`,
    );
  }
  builder.note('left-out', `${negatives} of ${records} samples with a negative value left out`);
}

function addSamples(message: PprofMessage, choice: ValueChoice, builder: ProfileBuilder, extension: PprofExtension | null): void {
  const place = placesOf(message, builder, extension);
  const scale = extension?.scale ?? 1;
  const nodes = message.records.values();
  const weights = message.values[choice.index]?.values() ?? new Float64Array();
  // Where this program wrote two values, the first counts samples, whatever the unit of the other.
  const countIndex = extension !== null && message.sampleTypes.length > 1 ? 0 : choice.countIndex;
  const counts = countIndex === null ? null : (message.values[countIndex]?.values() ?? null);
  const idleNode = extension?.idleWeight == null ? -1 : builder.child(rootNode, builder.frame(idleFrame, keyOf(idleFrame)));
  for (let at = 0; at < nodes.length; at++) {
    const weight = (weights[at] ?? 0) / scale;
    if (weight <= 0) continue;
    const { node, leafLine } = place(nodes[at] ?? 0);
    if (node === idleNode) {
      builder.addIdle(weight, 0);
      continue;
    }
    builder.add(node, weight, samplesIn(weight, counts?.[at] ?? null, choice));
    if (leafLine > 0) builder.addLine(node, leafLine, weight);
  }
}

function samplesIn(weight: number, counted: number | null, { weightPerSample }: ValueChoice): number {
  if (counted !== null) return Math.max(0, counted);
  return weightPerSample === null ? 0 : Math.max(1, Math.round(weight / weightPerSample));
}

interface LocationFrames {
  /** Outer caller first. */
  frames: number[];
  leafLine: number;
}

/** Maps nodes of the tree of locations into the builder's, where an inlined location is several frames. */
function placesOf(
  message: PprofMessage,
  builder: ProfileBuilder,
  extension: PprofExtension | null,
): (raw: number) => { node: number; leafLine: number } {
  const { parents, frameOf } = message.tree.columns();
  const places = new Int32Array(parents.length).fill(-1);
  places[rootNode] = rootNode;
  const locations = message.locationIds.map(locationReader(message, builder, extension));
  const locationOf = (raw: number): LocationFrames => locations[frameOf[raw] ?? -1] ?? { frames: [], leafLine: 0 };
  return (raw) => {
    if (raw === rootNode)
      return { node: builder.child(rootNode, builder.frame({ name: '[unknown]', module: '', line: null })), leafLine: 0 };
    const pending: number[] = [];
    for (let at = raw; places[at] === -1; at = parents[at] ?? rootNode) pending.push(at);
    for (const next of pending.reverse()) {
      let node = places[parents[next] ?? rootNode] ?? rootNode;
      for (const frame of locationOf(next).frames) node = builder.child(node, frame);
      places[next] = node;
    }
    return { node: places[raw] ?? rootNode, leafLine: locationOf(raw).leafLine };
  };
}

/** In a file of ours names and places are apart already, and only some locations say more than what their function is. */
function locationReader(
  message: PprofMessage,
  builder: ProfileBuilder,
  extension: PprofExtension | null,
): (id: number | string) => LocationFrames {
  const isOwn = extension !== null;
  const linesFrom = extension === null ? 0 : (extension.linesFrom ?? Infinity);
  const text = (index: number): string => textOf(message, index);
  return (id) => {
    const location = message.locations.get(id);
    const inlined = (location?.lines ?? []).flatMap((entry) => {
      const callee = message.functions.get(entry.function);
      if (callee === undefined || (text(callee.name) === '' && !isOwn)) return [];
      const frame = { name: text(callee.name), module: text(callee.file), line: callee.startLine > 0 ? callee.startLine : null };
      return [
        { frame: isOwn ? frame : (parsePlacedName(frame.name) ?? frame), line: typeof id === 'string' || id >= linesFrom ? entry.line : 0 },
      ];
    });
    if (inlined.length === 0) {
      const mapping = text(message.mappings.get(location?.mapping ?? 0) ?? 0);
      return { frames: [builder.frame({ name: namelessIn(mapping), module: mapping, line: null })], leafLine: 0 };
    }
    const frames = inlined.map(({ frame }) => builder.frame(frame, keyOf(frame)));
    return { frames: frames.reverse(), leafLine: inlined[0]?.line ?? 0 };
  };
}

function keyOf(frame: Frame): string {
  return `${frame.name}\u0000${frame.module}\u0000${frame.line ?? 0}`;
}
