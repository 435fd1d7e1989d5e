import { UnreadableInputError } from '../../../model/errors.js';
import type { Frame, ProfileKind } from '../../../model/profile.js';
import { parseFrameName } from '../../categories/frame-name.js';
import { createProfileBuilder, rootNode, type ProfileBuilder } from '../../profile-builder.js';
import type { StackProfile } from '../../stack-profile.js';
import type { ReadOptions } from '../format.js';

/** What both encodings of an OTLP profile come down to. Index 0 of every table means "none". */
export interface OtlpFile {
  strings: readonly string[];
  functions: readonly { name: number; file: number; startLine: number }[];
  mappings: readonly { file: number }[];
  /** Innermost inlined function first. */
  locations: readonly { mapping: number; lines: readonly { function: number; line: number }[] }[];
  /** Location indices, leaf first. */
  stacks: readonly (readonly number[])[];
  profiles: readonly OtlpProfile[];
}

export interface OtlpProfile {
  type: number;
  unit: number;
  durationNanos: number;
  /** A sample without values counts its timestamps. */
  samples: readonly { stack: number; values: readonly number[]; timestamps: number }[];
}

/** Profiles of one type and unit are one ranking; of several the CPU time, else the CPU samples, else the first that is not empty. */
export function profileOfOtlp(file: OtlpFile, options: ReadOptions): StackProfile {
  const text = (index: number): string => file.strings[index] ?? '';
  const groups = new Map<string, { type: string; unit: string; profiles: OtlpProfile[] }>();
  for (const profile of file.profiles) {
    const [type, unit] = [text(profile.type), text(profile.unit)];
    const group = groups.get(`${type}/${unit}`) ?? { type, unit, profiles: [] };
    group.profiles.push(profile);
    groups.set(`${type}/${unit}`, group);
  }
  const filled = [...groups.values()].filter(({ profiles }) =>
    profiles.some((profile) => profile.samples.some((sample) => weightOf(sample) > 0)),
  );
  const chosen = choose(filled, options);
  const builder = createProfileBuilder();
  const nodeOf = stackReader(file, builder);
  const isCounted = chosen.unit === 'count' || chosen.unit === '';
  for (const sample of chosen.profiles.flatMap((profile) => profile.samples)) {
    const weight = weightOf(sample);
    if (weight < 0)
      throw new UnreadableInputError(
        `otlp: expected values that are not negative, got ${weight}. A difference of two profiles is not read.`,
      );
    // A value summed over timestamps is that many samples.
    if (weight > 0) builder.add(nodeOf(sample.stack), weight, isCounted ? weight : sample.timestamps);
  }
  const others = filled.filter((group) => group !== chosen).map(({ type, unit }) => `${type}/${unit}`);
  if (others.length > 0) builder.note('other-values', `ranked ${chosen.type}/${chosen.unit}; also in the file: ${others.join(', ')}`);
  const durationMs = chosen.profiles.reduce((longest, profile) => Math.max(longest, profile.durationNanos / 1e6), 0);
  const hasStamps = chosen.profiles.every((profile) => profile.samples.every((sample) => sample.timestamps > 0));
  return builder.finish({
    format: 'otlp-profiles',
    kind: options.kind ?? kindOf(chosen.type, chosen.unit),
    unit: isCounted ? 'samples' : (shortUnits[chosen.unit] ?? chosen.unit),
    durationMs: durationMs > 0 ? durationMs : null,
    samplesKnown: kindOf(chosen.type, chosen.unit) !== 'alloc' && (isCounted || hasStamps),
  });
}

const shortUnits: Readonly<Record<string, string>> = {
  ns: 'nanoseconds',
  us: 'microseconds',
  ms: 'milliseconds',
  s: 'seconds',
  By: 'bytes',
};

function weightOf({ values, timestamps }: OtlpProfile['samples'][number]): number {
  return values.length === 0 ? timestamps : values.reduce((sum, value) => sum + value, 0);
}

function choose<T extends { type: string; unit: string }>(groups: readonly T[], { kind, valueType }: ReadOptions): T {
  const find = (test: (group: T) => boolean): T | undefined => groups.find(test);
  const chosen =
    valueType !== undefined
      ? find(({ type, unit }) => type === valueType || `${type}/${unit}` === valueType)
      : ((kind === undefined ? undefined : find(({ type, unit }) => kindOf(type, unit) === kind)) ??
        find(({ type, unit }) => type === 'cpu' && unit !== 'count') ??
        find(({ type, unit }) => kindOf(type, unit) === 'cpu') ??
        groups[0]);
  if (chosen !== undefined) return chosen;
  const listed = groups.map(({ type, unit }) => `${type}/${unit}`).join(', ');
  throw new UnreadableInputError(
    `otlp: expected values ${valueType ?? 'that are not all zero'}, the file has ${listed === '' ? 'none' : listed}. Choose with --value-type.`,
  );
}

function kindOf(type: string, unit: string): ProfileKind {
  if (/off[-_]?cpu/.test(type)) return 'off-cpu';
  if (/^(?:cpu|samples|process_cpu|itimer|ctimer|perf_events|cpu-clock|cycles)$/.test(type)) return 'cpu';
  if (/wall/.test(type)) return 'wall';
  if (/lock|mutex|contention|block|delay/.test(type)) return 'lock';
  return /alloc|heap|inuse|space|object|live/.test(type) || unit === 'bytes' ? 'alloc' : 'unknown';
}

function stackReader(file: OtlpFile, builder: ProfileBuilder): (stack: number) => number {
  const frames = new Map<number, number[]>();
  const framesOf = (location: number): number[] => {
    const known = frames.get(location) ?? locationFrames(file, location).map((frame) => builder.frame(frame));
    frames.set(location, known);
    return known;
  };
  const nodes = new Map<number, number>();
  return (stack) => {
    const known = nodes.get(stack);
    if (known !== undefined) return known;
    const locations = file.stacks[stack];
    if (locations === undefined)
      throw new UnreadableInputError(`otlp: expected stack ${stack} in its table of ${file.stacks.length}. Is the file complete?`);
    let node = rootNode;
    for (const location of [...locations].reverse()) for (const frame of framesOf(location)) node = builder.child(node, frame);
    if (node === rootNode) node = builder.child(rootNode, builder.frame(unknownFrame));
    nodes.set(stack, node);
    return node;
  };
}

const unknownFrame: Frame = { name: '[unknown]', module: '', line: null };

/** Outer caller first. */
function locationFrames(file: OtlpFile, index: number): Frame[] {
  const location = file.locations[index];
  if (location === undefined)
    throw new UnreadableInputError(`otlp: expected location ${index} in its table of ${file.locations.length}. Is the file complete?`);
  const text = (at: number | undefined): string => file.strings[at ?? 0] ?? '';
  const mapping = text(file.mappings[location.mapping]?.file);
  const named = location.lines.flatMap((line) => {
    const callee = file.functions[line.function];
    const name = text(callee?.name);
    if (callee === undefined || name === '') return [];
    const module = text(callee.file) || mapping;
    // async-profiler marks the kernel in the name.
    return [module === '' ? parseFrameName(name) : { name, module, line: callee.startLine > 0 ? callee.startLine : null }];
  });
  if (named.length > 0) return named.reverse();
  const base = mapping.replace(/^.*\//, '');
  return [base === '' ? unknownFrame : { name: `[${base}]`, module: mapping, line: null }];
}
