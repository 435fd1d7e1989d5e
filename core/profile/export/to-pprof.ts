import { Function as PprofFunction, Line, Location, Profile, Sample, StringTable, ValueType } from 'pprof-format';
import type { ProfileKind } from '../../model/profile.js';
import { pprofExtensionText } from '../formats/pprof/pprof-extension.js';
import type { StackProfile } from '../stack-profile.js';
import { idleFrame, weightedStacks } from './stacks.js';

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
  const valuesOf = (weight: number, samples: number | null): number[] => {
    const value = Math.round(weight * scale);
    return hasSamples ? [Math.round(samples ?? 0), value] : [value];
  };
  const frames = [...profile.frames, idleFrame];
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
    location: frames.map(
      ({ line }, index) => new Location({ id: index + 1, line: [new Line({ functionId: index + 1, line: line ?? 0 })] }),
    ),
    sample: [
      ...(profile.idleWeight !== null && profile.idleWeight > 0
        ? [new Sample({ locationId: [frames.length], value: valuesOf(profile.idleWeight, 0) })]
        : []),
      ...[...weightedStacks(profile)].map(
        ({ frames: stack, weight, samples }) =>
          new Sample({ locationId: stack.map((frame) => frame + 1).reverse(), value: valuesOf(weight, samples) }),
      ),
    ],
    comment: [strings.dedup(pprofExtensionText(extensionOf(profile, scale)))],
    ...(profile.durationMs === null ? {} : { durationNanos: Math.round(profile.durationMs * 1e6) }),
  });
  return made.encode();
}

function extensionOf({ kind, unit, effectiveSamples, idleWeight, durationMs }: StackProfile, scale: number) {
  return { kind, unit, effectiveSamples, idleWeight, durationMs, scale };
}

const nanosecondsPer: Partial<Record<string, number>> = { microseconds: 1e3, milliseconds: 1e6, seconds: 1e9 };

/** pprof has whole numbers only: fractions of a time become nanoseconds, others millionths. */
function wholeUnit(profile: StackProfile): { unit: string; scale: number } {
  let isWhole = true;
  for (const { weight } of weightedStacks(profile)) isWhole &&= Number.isInteger(weight);
  const unit = profile.unit === 'samples' ? 'count' : profile.unit;
  if (isWhole && Number.isInteger(profile.idleWeight ?? 0)) return { unit, scale: 1 };
  const scale = nanosecondsPer[profile.unit];
  return scale === undefined ? { unit, scale: 1e6 } : { unit: 'nanoseconds', scale };
}
