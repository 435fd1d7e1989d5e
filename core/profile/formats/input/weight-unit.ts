import { areSampleCounts, type WeightShape } from '../folded/folded-weights.js';

/** What the words under a picture or in a header mean. */
const units: Readonly<Record<string, string>> = {
  ns: 'nanoseconds',
  nanoseconds: 'nanoseconds',
  us: 'microseconds',
  µs: 'microseconds',
  microseconds: 'microseconds',
  ms: 'milliseconds',
  milliseconds: 'milliseconds',
  s: 'seconds',
  sec: 'seconds',
  seconds: 'seconds',
  bytes: 'bytes',
  byte: 'bytes',
  cycles: 'cycles',
};

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
