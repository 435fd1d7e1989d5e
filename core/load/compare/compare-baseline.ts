import type { BaselineComparison, HealthyRun, MeasuredLoad, ComparableLoad } from '../../model/comparison.js';
import { compareErrors } from './compare-errors.js';
import { compareLatency, marginOf } from './compare-latency.js';

/** As many as make an interval between runs, with some to spare; older ones belong to an older service. */
export const healthyRunsKept = 8;

export interface BaselineStatement {
  backToBaseline: boolean | null;
  /** Null: no healthy run of this load is on record. */
  baseline: BaselineComparison | null;
}

/**
 * Is the service as fast as it was when it was healthy? Another question than that of the budget: a budget of 250 ms is kept by 200 ms, which
 * is no return to the 40 ms of last week. `true` only when the interval lies below the margin, `false` when it lies above or more requests
 * fail, else null. A service that is faster than ever is back, too.
 */
export function compareWithBaseline(healthy: HealthyRun[], after: MeasuredLoad<ComparableLoad>[], marginRatio = 0.05): BaselineStatement {
  const newest = healthy.toSorted((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt)).at(-1);
  if (newest === undefined) return { backToBaseline: null, baseline: null };
  const errors = compareErrors(healthy, after);
  const { reasons, ...latency } = compareLatency(healthy, after, marginRatio);
  const verdict = errors.verdict === 'regressed' ? 'regressed' : latency.verdict;
  const limit = 1 + marginOf(latency.method, marginRatio);
  const isBack = latency.ci === null ? null : latency.ci[1] < limit ? true : latency.ci[0] > limit ? false : null;
  const p95s = healthy.flatMap(({ load }) => load.latencyMs.p95 ?? []);
  const { source, incidentId, startedAt } = newest;
  return {
    backToBaseline: errors.verdict === 'regressed' ? false : isBack,
    baseline: {
      ...latency,
      ...{ verdict, source, incidentId, at: startedAt },
      p95Ms: p95s.length === 0 ? null : p95s.reduce((sum, p95) => sum + p95, 0) / p95s.length,
      reasons: [...errors.reasons, ...reasons].map((reason) => `against the baseline: ${reason}`),
    },
  };
}

/**
 * The healthy runs on record after one more. One that is slower than they are within its budget is not taken in, or the baseline would creep
 * up with a service that gets slower by a little each time.
 */
export function withHealthyRun(known: HealthyRun[], run: HealthyRun): HealthyRun[] {
  if (run.load.latencyMs.p95 === null || known.some(({ startedAt }) => startedAt === run.startedAt)) return known;
  if (compareWithBaseline(known, [run]).backToBaseline === false) return known;
  return [...known, run].toSorted((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt)).slice(-healthyRunsKept);
}
