import { describeRatio } from '../decisions/describe-ratio.js';

/** `4.21 ms`, `412 ms`, `2.35 s`. */
export function milliseconds(value: number): string {
  if (value >= 10_000) return `${(value / 1000).toFixed(1)} s`;
  return `${value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)} ms`;
}

/** A ratio 0..1 as `1.2 %`, never rounded to a bare zero. */
export function percent(ratio: number): string {
  const value = ratio * 100;
  return `${value === 0 || value >= 10 ? value.toFixed(0) : value >= 0.1 ? value.toFixed(1) : value.toPrecision(1)} %`;
}

/** `3.20×`, `0.42×`, `0.0017×`: two digits that say something, however small. */
export function times(ratio: number): string {
  return `${describeRatio(ratio)}×`;
}
