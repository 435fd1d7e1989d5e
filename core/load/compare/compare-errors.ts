import type { ComparableLoad, Comparison, MeasuredLoad } from '../../model/comparison.js';
import { slowCount } from '../judge/budget-check.js';
import { timeoutKey } from '../own-metrics.js';
import { twoRatiosP } from '../statistics.js';
import { percent } from '../../model/figures.js';

/** Failures that matter: one request in a hundred more or fewer, and no chance (p < 0.001). */
const errorShift = { ratio: 0.01, chance: 0.001 };

type Timed = MeasuredLoad<ComparableLoad>;

export interface ErrorComparison {
  verdict: Exclude<Comparison['verdict'], 'inconclusive'>;
  reasons: string[];
}

/** A service that is fast because it fails has not improved, so failures are compared by themselves. */
export function compareErrors(before: Timed[], after: Timed[]): ErrorComparison {
  const [early, late] = [countFailures(before), countFailures(after)];
  if (late.total === 0) return { verdict: early.total === 0 ? 'equivalent' : 'regressed', reasons: ['no request was answered after'] };
  if (early.total === 0) return { verdict: 'equivalent', reasons: ['no request was answered before'] };
  const [earlyRatio, lateRatio] = [early.hits / early.total, late.hits / late.total];
  const isShift = Math.abs(lateRatio - earlyRatio) >= errorShift.ratio && twoRatiosP(early, late) < errorShift.chance;
  if (!isShift) return { verdict: 'equivalent', reasons: [] };
  const text = `${percent(lateRatio)} of the requests fail or get no answer after, ${percent(earlyRatio)} did before`;
  if (lateRatio > earlyRatio) return { verdict: 'regressed', reasons: [`${text}: latency of the rest does not count`] };
  return { verdict: 'improved', reasons: [text] };
}

/** Failed requests and those that were still waiting at the end. Timeouts are among the failed. */
function countFailures(runs: Timed[]): { hits: number; total: number } {
  return runs.reduce(
    ({ hits, total }, { load }) => {
      const silent = slowCount(load) - (load.errors[timeoutKey] ?? 0);
      return { hits: hits + Math.round(load.failedRatio * load.requests) + silent, total: total + load.requests + silent };
    },
    { hits: 0, total: 0 },
  );
}
