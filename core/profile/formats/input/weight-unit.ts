import { areSampleCounts, type WeightShape } from '../folded/folded-weights.js';

/** What the words under a picture or in a header mean. */
const units: Readonly<Record<string, string>> = {
  ns: 'nanoseconds',
  nanosecond: 'nanoseconds',
  nanoseconds: 'nanoseconds',
  us: 'microseconds',
  usec: 'microseconds',
  '\u00b5s': 'microseconds',
  // The same sign as a Greek letter, which is what people type.
  '\u03bcs': 'microseconds',
  microsecond: 'microseconds',
  microseconds: 'microseconds',
  ms: 'milliseconds',
  msec: 'milliseconds',
  millisecond: 'milliseconds',
  milliseconds: 'milliseconds',
  s: 'seconds',
  sec: 'seconds',
  second: 'seconds',
  seconds: 'seconds',
  bytes: 'bytes',
  byte: 'bytes',
  cycles: 'cycles',
};

/** The unit by its full name, where the name is known; else as it is written. */
export function fullUnit(written: string): string {
  return units[written.trim().toLowerCase()] ?? written;
}

export interface WeightUnit {
  unit: string;
  samplesKnown: boolean;
}

/**
 * The unit behind a count name. "samples" is the default of the tools that draw and is written over nanoseconds just as well, so the weights
 * themselves decide, as they do in folded text.
 */
export function unitOfWeights(shape: WeightShape, countName: string): WeightUnit {
  const named = units[countName.trim().toLowerCase()];
  if (named !== undefined) return { unit: named, samplesKnown: false };
  return areSampleCounts(shape) ? { unit: 'samples', samplesKnown: true } : { unit: 'unknown', samplesKnown: false };
}
