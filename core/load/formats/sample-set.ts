import { UnreadableInputError } from '../../model/errors.js';
import { quantile } from '../statistics.js';

/** Eight bytes a request: more would not fit beside the rest of a run. */
const maxSamples = 40_000_000;

/** Every value of a metric, so that its percentiles are exact. */
export interface SampleSet {
  add(value: number): void;
  count(): number;
  /** `avg`, `min`, `med`, `max`, `p(90)`, `p(95)`, `p(99)`, `p(99.9)` and `count`, as in a k6 summary; zeros without samples. */
  values(): Record<string, number>;
}

export function createSampleSet(): SampleSet {
  let samples = new Float64Array(1024);
  let count = 0;
  let sum = 0;
  return {
    add: (value) => {
      if (count === samples.length) samples = grown(samples);
      samples[count++] = value;
      sum += value;
    },
    count: () => count,
    values: () => {
      const sorted = samples.subarray(0, count).sort();
      const at = (q: number): number => (count === 0 ? 0 : quantile(sorted, q));
      return {
        avg: count === 0 ? 0 : sum / count,
        min: at(0),
        med: at(0.5),
        max: at(1),
        'p(90)': at(0.9),
        'p(95)': at(0.95),
        'p(99)': at(0.99),
        'p(99.9)': at(0.999),
        count,
      };
    },
  };
}

function grown(samples: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  if (samples.length >= maxSamples) {
    throw new UnreadableInputError(
      `load: expected at most ${maxSamples / 1e6} million requests in one file, got more; give a shorter part of it`,
    );
  }
  const larger = new Float64Array(samples.length * 2);
  larger.set(samples);
  return larger;
}
