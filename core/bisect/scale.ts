import type { ScaledRun } from './step-filter.js';
import type { Run } from './search-state.js';

/** Run-to-run deviation of the logarithm, from differences inside each commit on one host (median based: outliers and steps do not widen it). */
export function noiseScale(runs: readonly Run[]): number {
  const last = new Map<string, number>();
  const differences: number[] = [];
  for (const run of runs) {
    const place = `${run.commit} ${run.host}`;
    const before = last.get(place);
    if (before !== undefined) differences.push(Math.abs(run.logMetric - before));
    last.set(place, run.logMetric);
  }
  const sorted = differences.sort((a, b) => a - b);
  const median =
    sorted.length === 0 ? 0 : ((sorted[Math.floor((sorted.length - 1) / 2)] ?? 0) + (sorted[Math.floor(sorted.length / 2)] ?? 0)) / 2;
  // A difference of two runs has √2 the deviation of one; a floor of 0.1 % keeps identical runs finite.
  return Math.max(0.001, (1.4826 * median) / Math.SQRT2);
}

/** In units of the noise, from the first run of each host. */
export function scaled(runs: readonly Run[], scale: number): ScaledRun[] {
  const origins = new Map<string, number>();
  return runs.map(({ commit, host, logMetric }) => {
    const origin = origins.get(host) ?? logMetric;
    origins.set(host, origin);
    return { commit, host, value: (logMetric - origin) / scale };
  });
}
