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

/** Length of a window: `30 s`, `2.5 s`, `250 ms`, `5 min`. */
export function duration(valueMs: number): string {
  if (valueMs < 1000) return `${Math.round(valueMs)} ms`;
  const seconds = valueMs / 1000;
  if (seconds >= 120 && seconds % 60 === 0) return `${seconds / 60} min`;
  return `${Number(seconds.toFixed(1))} s`;
}

/** A ratio 0..1 as `12 %`, `1.2 %`, `0.03 %`: never rounded to a bare zero, and never to a hundred that it is not. */
export function percent(ratio: number): string {
  const value = ratio * 100;
  if (value === 0) return '0 %';
  if (value > 0 && value < 0.01) return '< 0.01 %';
  if (value > 99.5 && value < 100) return `${Math.min(99.9, Number(value.toFixed(1)))} %`;
  if (value >= 10) return `${value.toFixed(0)} %`;
  return `${value >= 0.1 ? Number(value.toFixed(1)) : value.toPrecision(1)} %`;
}

/** A share with its 95 % interval: `61 % (58–64)`. */
export function shareWithInterval(share: number, [low, high]: readonly [number, number]): string {
  if (low <= 0 && high >= 1) return `${percent(share)} (interval unknown)`;
  const digits = high - low < 0.02 ? 1 : 0;
  return `${percent(share)} (${(low * 100).toFixed(digits)}–${(high * 100).toFixed(digits)})`;
}

/** `0.017×`, `0.42×`, `3.2×`. */
export function times(ratio: number): string {
  if (ratio < 0.1) return `${Number(ratio.toPrecision(2))}×`;
  return `${ratio.toFixed(ratio < 2 ? 2 : ratio < 100 ? 1 : 0)}×`;
}

/** Whole numbers in groups of three: `12 345`. */
export function count(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ' ');
}

export function requestRate(perSecond: number): string {
  return `${perSecond.toFixed(perSecond >= 100 ? 0 : 1)} requests/s`;
}

/** `1 request`, `3 requests`. */
export function plural(value: number, singular: string, many = `${singular}s`): string {
  return `${count(value)} ${value === 1 ? singular : many}`;
}

export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  let [size, unit] = [value, 0];
  while (size >= 1000 && unit < units.length - 1) [size, unit] = [size / 1000, unit + 1];
  return `${unit === 0 ? size : size.toFixed(size >= 100 ? 0 : 1)} ${units[unit] ?? ''}`;
}

/** `2026-11-24 02:58:11 UTC`; an unreadable time is given back as it came. */
export function dateTime(iso: string): string {
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? iso : `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** Words for 0..1; the number is always printed beside them. The lab's hit rate, not these words, says how far they can be trusted. */
export function confidenceWord(confidence: number): string {
  return confidence >= 0.8 ? 'high' : confidence >= 0.6 ? 'moderate' : 'low';
}

/** With its full stop, unless it ends in one. */
export function sentence(text: string): string {
  return /[.!?]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`;
}

/** A mean number of things: `2.2`, `12`, never `2.0`. */
export function average(value: number): string {
  return value >= 9.95 ? count(value) : String(Number(value.toFixed(1)));
}
