/**
 * How figures are written, everywhere: the same number reads the same in a summary, a table, a legend and a notification. Two or three digits are told,
 * which is what a window of some hundred requests can bear.
 */

/** A measured latency: `4.21 ms`, `41.2 ms`, `412 ms`, `12.4 s`; `unknown` for null. */
export function milliseconds(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return 'unknown';
  if (Math.abs(value) >= 10_000) return `${(value / 1000).toFixed(1)} s`;
  if (value === 0) return '0 ms';
  if (value > 0 && value < 0.005) return '< 0.01 ms';
  return `${value.toFixed(value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2)} ms`;
}

/** A latency that somebody set, as they set it: `60 ms`, `2.5 ms`, `12 s`. */
export function limitMs(value: number): string {
  return value >= 10_000 ? `${Number((value / 1000).toPrecision(4))} s` : `${Number(value.toPrecision(6))} ms`;
}

/** A long stretch of time, summed over threads perhaps: `17.2 s`. */
export function seconds(valueMs: number): string {
  return `${Number((valueMs / 1000).toFixed(1))} s`;
}

/** A ratio 0..1 as `12 %`, `1.2 %`, `0.03 %`. Only a true zero is written as zero, and only a true one as a hundred. */
export function percent(ratio: number): string {
  const value = ratio * 100;
  if (value === 0) return '0 %';
  if (value > 0 && value < 0.01) return '< 0.01 %';
  if (value >= 99.5 && value < 100) return `${Math.min(99.9, Number(value.toFixed(1)))} %`;
  if (value >= 9.95) return `${value.toFixed(0)} %`;
  return `${value >= 0.1 ? Number(value.toFixed(1)) : value.toPrecision(1)} %`;
}

/** A share with its 95 % interval: `61 % (58–64)`. */
export function shareWithInterval(share: number, [low, high]: readonly [number, number]): string {
  if (low <= 0 && high >= 1) return `${percent(share)} (interval unknown)`;
  const digits = high - low < 0.02 ? 1 : 0;
  return `${percent(share)} (${(low * 100).toFixed(digits)}–${(high * 100).toFixed(digits)})`;
}

/** `0.017×`, `0.42×`, `3.2×`, `24×`. */
export function times(ratio: number): string {
  if (ratio < 0.1) return `${Number(ratio.toPrecision(2))}×`;
  return `${ratio.toFixed(ratio < 1.995 ? 2 : ratio < 9.95 ? 1 : 0)}×`;
}

/** Whole numbers in groups of three: `12 345`. */
export function count(value: number): string {
  const digits = Math.round(value).toString();
  // eslint-disable-next-line regexp/no-super-linear-move -- the digits of one number
  return digits.replace(/\B(?=(\d{3})+$)/g, ' ');
}

/** A mean number of things: `2.2`, `12`. Never `2.0`, and zero only for a true zero. */
export function average(value: number): string {
  if (value > 0 && value < 0.05) return '< 0.1';
  return value >= 9.95 ? count(value) : String(Number(value.toFixed(1)));
}

/** `1 request`, `3 requests`, `1 204 requests`. */
export function plural(value: number, singular: string, many = `${singular}s`): string {
  return `${count(value)} ${value === 1 ? singular : many}`;
}

/** A mean number with its noun: `1 session`, `2.2 sessions`. */
export function averageOf(value: number, singular: string, many = `${singular}s`): string {
  const told = average(value);
  return `${told} ${told === '1' ? singular : many}`;
}

/** Busy cores: `0.87`, `2`. */
export function cores(value: number): string {
  return String(Number(value.toFixed(2)));
}

export function requestRate(perSecond: number): string {
  return `${perSecond >= 99.95 ? count(perSecond) : perSecond.toFixed(1)} requests/s`;
}

/** Length of a window: `30 s`, `2.5 s`, `250 ms`, `5 min`. */
export function duration(valueMs: number): string {
  if (valueMs < 1000) return `${Math.round(valueMs)} ms`;
  const wholeSeconds = valueMs / 1000;
  if (wholeSeconds >= 120 && wholeSeconds % 60 === 0) return `${wholeSeconds / 60} min`;
  return `${Number(wholeSeconds.toFixed(1))} s`;
}

export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  let [size, unit] = [value, 0];
  while (size >= 1000 && unit < units.length - 1) [size, unit] = [size / 1000, unit + 1];
  return `${unit === 0 ? size : size.toFixed(size >= 100 ? 0 : 1)} ${units[unit] ?? ''}`;
}
