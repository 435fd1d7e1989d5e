import { Function as PprofFunction, Line, Location, Profile, Sample, StringTable, ValueType } from 'pprof-format';
import type { ProfileKind } from '../../model/profile.js';
import { pprofExtensionText } from '../formats/pprof/pprof-extension.js';
import type { LineWeight, StackProfile } from '../stack-profile.js';
import { idleFrame, weightedStacks, type WeightedStack } from './stacks.js';

const typeOf: Record<ProfileKind, string> = {
  cpu: 'cpu',
  wall: 'wall',
  'off-cpu': 'off_cpu',
  lock: 'delay',
  alloc: 'alloc_space',
  unknown: 'value',
};

/** A message of https://github.com/google/pprof, not yet gzipped: samples where they are known, and the weight as a whole number. */
export function toPprof(profile: StackProfile): Uint8Array {
  const strings = new StringTable();
  const valueType = (type: string, unit: string): ValueType => new ValueType({ type: strings.dedup(type), unit: strings.dedup(unit) });
  const { unit, scale } = wholeUnit(profile);
  const isCount = profile.unit === 'samples' && scale === 1;
  const hasSamples = profile.samplesOf !== null && !isCount;
  const valuesOf = (value: number, samples: number | null): number[] => (hasSamples ? [Math.round(samples ?? 0), value] : [value]);
  const frames = [...profile.frames, idleFrame];
  const locations = frames.map(
    ({ line }, index) => new Location({ id: index + 1, line: [new Line({ functionId: index + 1, line: line ?? 0 })] }),
  );
  const locationOf = lineLocations(locations);
  const sampleOf = ({ frames: stack, weight, samples, lines }: WeightedStack): Sample[] =>
    splitByLine(Math.round(weight * scale), lines, scale).map(({ line, value }, part) => {
      const ids = stack.map((frame) => frame + 1).reverse();
      if (line !== null && ids[0] !== undefined) ids[0] = locationOf(ids[0], line);
      return new Sample({ locationId: ids, value: valuesOf(value, part === 0 ? samples : 0) });
    });
  const idle = profile.idleWeight ?? 0;
  const made = new Profile({
    stringTable: strings,
    sampleType: [
      ...(hasSamples ? [valueType('samples', 'count')] : []),
      isCount ? valueType('samples', 'count') : valueType(typeOf[profile.kind], unit),
    ],
    function: frames.map(
      ({ name, module, line }, index) =>
        new PprofFunction({ id: index + 1, name: strings.dedup(name), filename: strings.dedup(module), startLine: line ?? 0 }),
    ),
    sample: [
      ...(idle > 0 ? [new Sample({ locationId: [frames.length], value: valuesOf(Math.round(idle * scale), 0) })] : []),
      ...[...weightedStacks(profile)].flatMap(sampleOf),
    ],
    location: locations,
    comment: [strings.dedup(pprofExtensionText({ ...extensionOf(profile, scale), linesFrom: frames.length + 1 }))],
    ...(profile.durationMs === null ? {} : { durationNanos: Math.round(profile.durationMs * 1e6) }),
  });
  return made.encode();
}

/** Gives a location for a line inside the function of another one, and adds it to the list when it is new. */
function lineLocations(locations: Location[]): (location: number, line: number) => number {
  const known = new Map<string, number>();
  return (functionId, line) => {
    const key = `${functionId}:${line}`;
    const id = known.get(key) ?? locations.length + 1;
    if (id > locations.length) locations.push(new Location({ id, line: [new Line({ functionId, line })] }));
    known.set(key, id);
    return id;
  };
}

/** Whole numbers that add up to `total`: what no line has comes first, under its function alone. */
function splitByLine(total: number, lines: readonly LineWeight[], scale: number): { line: number | null; value: number }[] {
  const parts: { line: number | null; value: number }[] = [];
  let left = total;
  for (const { line, weight } of lines) {
    const value = Math.min(left, Math.round(weight * scale));
    if (value > 0) parts.push({ line, value });
    left -= value;
  }
  return left > 0 || parts.length === 0 ? [{ line: null, value: left }, ...parts] : parts;
}

function extensionOf({ kind, unit, effectiveSamples, idleWeight, durationMs }: StackProfile, scale: number) {
  return { kind, unit, effectiveSamples, idleWeight, durationMs, scale };
}

const nanosecondsPer: Partial<Record<string, number>> = { microseconds: 1e3, milliseconds: 1e6, seconds: 1e9 };

/** pprof has whole numbers only: fractions of a time become nanoseconds, others millionths. */
function wholeUnit(profile: StackProfile): { unit: string; scale: number } {
  let isWhole = true;
  for (const { weight, lines } of weightedStacks(profile)) {
    isWhole &&= Number.isInteger(weight) && lines.every((line) => Number.isInteger(line.weight));
  }
  const unit = profile.unit === 'samples' ? 'count' : profile.unit;
  if (isWhole && Number.isInteger(profile.idleWeight ?? 0)) return { unit, scale: 1 };
  const scale = nanosecondsPer[profile.unit];
  return scale === undefined ? { unit, scale: 1e6 } : { unit: 'nanoseconds', scale };
}
