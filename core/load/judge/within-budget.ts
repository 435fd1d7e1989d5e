import type { Budgets, LoadResult } from '../../model/load-result.js';
import { checkErrorRatio, slowCount } from './budget-check.js';
import { droppedRatio } from './guards.js';
import { isGuardThreshold } from './threshold-check.js';
import { limitMs as budgetMs, milliseconds, percent, requestRate } from '../../model/figures.js';

/** From here on what was dropped could hide a broken percentile. */
const droppedLimit = 0.01;

/** The budgets one run does not keep, in words, by its numbers alone: for a re-run, whose length was already found sufficient. */
export function budgetsBrokenBy(run: LoadResult, budgets: Budgets): string[] {
  if (run.requests === 0) return ['no request was answered'];
  const broken: string[] = [];
  const unanswered = slowCount(run) / (run.requests + slowCount(run));
  const limits = [
    ['p50', budgets.p50Ms, 0.5],
    ['p95', budgets.p95Ms, 0.05],
    ['p99', budgets.p99Ms, 0.01],
  ] as const;
  for (const [id, limitMs, allowedShare] of limits) {
    if (limitMs === undefined) continue;
    const value = run.latencyMs[id];
    if (value === null) broken.push(`${id} was not measured`);
    else if (value > limitMs) broken.push(`${id} ${milliseconds(value)} is above the budget of ${budgetMs(limitMs)}`);
    else if (unanswered > allowedShare) broken.push(`too many requests got no answer for ${id} to be within ${budgetMs(limitMs)}`);
  }
  if (budgets.errorRatio !== undefined && run.failedRatio > budgets.errorRatio) broken.push(checkErrorRatio(run, budgets.errorRatio).text);
  if (budgets.minRequestRate !== undefined && run.requestRate < budgets.minRequestRate) {
    broken.push(`${requestRate(run.requestRate)} are below the budget of ${budgets.minRequestRate}/s`);
  }
  const dropped = droppedRatio(run);
  if (dropped > droppedLimit) broken.push(`${percent(dropped)} of the planned iterations were dropped, their latency is unknown`);
  const thresholds = run.thresholds.filter(
    (threshold) => !threshold.ok && !isGuardThreshold(threshold) && !threshold.metric.includes('phase:measure'),
  );
  return [...broken, ...thresholds.map(({ metric, expression }) => `threshold ${metric} ${expression} is crossed`)];
}
