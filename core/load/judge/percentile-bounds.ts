import type { KnownPercentile, LoadResult } from '../../model/load-result.js';

/** Every percentile among a metric's values (`med`, `p(90)`, `max` …), ascending. */
export function knownPercentiles(values: Record<string, number>): KnownPercentile[] {
  const known: KnownPercentile[] = [];
  for (const [stat, ms] of Object.entries(values)) {
    const percent = /^p\((\d+(?:\.\d+)?)\)$/.exec(stat)?.[1];
    const quantile = stat === 'med' ? 0.5 : stat === 'max' ? 1 : percent === undefined ? null : Number(percent) / 100;
    if (quantile !== null) known.push({ quantile, ms });
  }
  return known.sort((a, b) => a.quantile - b.quantile);
}

/** All that one run tells about its latency, ascending. */
export function percentilesOf({ latencyMs, percentiles }: Pick<LoadResult, 'latencyMs' | 'percentiles'>): KnownPercentile[] {
  const { p50, p95, p99, max } = latencyMs;
  const named = [
    [0.5, p50],
    [0.95, p95],
    [0.99, p99],
    [1, max],
  ] as const;
  const all = [...(percentiles ?? []), ...named.flatMap(([quantile, ms]) => (ms === null ? [] : [{ quantile, ms }]))];
  return all.sort((a, b) => a.quantile - b.quantile);
}

/** Between which values a percentile lies: the nearest known ones below and above it; null where none is known. */
export function percentileWithin(
  known: readonly KnownPercentile[],
  quantile: number,
): { atLeastMs: number | null; atMostMs: number | null } {
  // Percentiles like 0.95 come out of divisions: 95 / 100.
  const below = known.filter((percentile) => percentile.quantile <= quantile + 1e-9).at(-1);
  const above = known.find((percentile) => percentile.quantile >= quantile - 1e-9);
  return { atLeastMs: below?.ms ?? null, atMostMs: above?.ms ?? null };
}
