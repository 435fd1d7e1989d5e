import type { Budgets, LoadPlan, LoadResult } from '../../model/load-result.js';
import { percentilesOf, percentileWithin } from './percentile-bounds.js';
import { timeoutKey, unansweredKey } from '../own-metrics.js';
import { isMute, isOverwhelming, lackForGreen, lackForRed } from './sample-size.js';
import { count, limitMs as budgetMs, milliseconds, percent, plural, requestRate } from '../../model/figures.js';

/** One budget against one run. */
export interface BudgetCheck {
  /** `p95`, `error-ratio`, `request-rate`, or the metric of a threshold. */
  id: string;
  state: 'broken' | 'kept' | 'unknown';
  /** What was observed against what was allowed, or why that cannot be said. */
  text: string;
}

const quantiles = { p50: 0.5, p95: 0.95, p99: 0.99 } as const;
type Percentile = keyof typeof quantiles;

/** Requests that got no answer in time: timed out, or still waiting when the load ended. They are slow, whatever else they are. */
export function slowCount(result: Pick<LoadResult, 'errors'>): number {
  return (result.errors[timeoutKey] ?? 0) + (result.errors[unansweredKey] ?? 0);
}

/** All budgets that are set, in a fixed order. */
export function checkBudgets(result: LoadResult, budgets: Budgets, plan: LoadPlan | null): BudgetCheck[] {
  const checks: BudgetCheck[] = [];
  if (budgets.p50Ms !== undefined) checks.push(checkPercentile(result, 'p50', budgets.p50Ms));
  if (budgets.p95Ms !== undefined) checks.push(checkPercentile(result, 'p95', budgets.p95Ms));
  if (budgets.p99Ms !== undefined) checks.push(checkPercentile(result, 'p99', budgets.p99Ms));
  if (budgets.errorRatio !== undefined) checks.push(checkErrorRatio(result, budgets.errorRatio));
  if (budgets.minRequestRate !== undefined) checks.push(checkRequestRate(result, budgets.minRequestRate, budgets, plan));
  return checks;
}

/**
 * Latency of expected responses against a limit, requests without an answer counted as slower than any limit.
 * Errors that came back fast are not in the percentile; whether they hide it is a guard's question.
 */
function checkPercentile(result: LoadResult, id: Percentile, limitMs: number): BudgetCheck {
  const allowedShare = 1 - quantiles[id];
  const slow = slowCount(result);
  const answered = answeredCount(result);
  const measured = { durationMs: result.durationMs, samples: answered + slow };
  const isBrokenBySilence = slow > 0 && slow / measured.samples > allowedShare;
  const bounds = percentileWithin(percentilesOf(result), quantiles[id]);
  const observed = result.latencyMs[id] ?? decidingBound(bounds, limitMs);
  if (observed === null && !isBrokenBySilence) return { id, state: 'unknown', text: missingText(result, id) };
  const text = percentileText(id, observed, limitMs, { slow, answered, isBrokenBySilence, isBound: result.latencyMs[id] === null });
  if ((observed ?? 0) <= limitMs && !isBrokenBySilence) {
    const isSlowestWithin = slow === 0 && result.latencyMs.max !== null && result.latencyMs.max <= limitMs;
    return green(id, text, lackForGreen(measured, quantiles[id], isSlowestWithin));
  }
  const beyond = slow + Math.floor(answered * shareBeyond(result, limitMs));
  const isCertain = isOverwhelming(measured, beyond, allowedShare) || (answered === 0 && isMute(measured));
  return red(id, text, isCertain ? null : lackForRed(measured, quantiles[id]));
}

/** A percentile that is not told lies between its neighbours; the one of them that settles the question, null when neither does. */
function decidingBound({ atLeastMs, atMostMs }: ReturnType<typeof percentileWithin>, limitMs: number): number | null {
  if (atLeastMs !== null && atLeastMs > limitMs) return atLeastMs;
  return atMostMs !== null && atMostMs <= limitMs ? atMostMs : null;
}

function missingText(result: LoadResult, id: Percentile): string {
  if (result.requests === 0 && typeof result.insteadOfHttp === 'string') {
    return `the budget ${id} is about HTTP requests and this run has none; set thresholds on its own metrics in the script`;
  }
  const told = percentilesOf(result).map(({ quantile }) => (quantile === 1 ? 'max' : `p${Number((quantile * 100).toFixed(3))}`));
  const known = told.length === 0 ? '' : ` (${[...new Set(told)].join(', ')} are known, and the limit lies between them)`;
  const isK6 = ['handle-summary', 'summary-export', 'machine-readable', 'k6-text'].includes(result.format);
  const remedy = isK6
    ? 'run k6 with --summary-trend-stats "avg,min,med,max,p(90),p(95),p(99),count"'
    : 'let the tool write more percentiles, or every single request';
  return `${id} is not in the summary${known}; ${remedy}`;
}

function percentileText(
  id: Percentile,
  observed: number | null,
  limitMs: number,
  counts: { slow: number; answered: number; isBrokenBySilence: boolean; isBound: boolean },
): string {
  const requests = plural(counts.answered + counts.slow, 'request');
  if (counts.isBrokenBySilence) {
    return `${count(counts.slow)} of ${requests} got no answer in time, so ${id} is above the budget of ${budgetMs(limitMs)}`;
  }
  const value = observed ?? 0;
  const about = !counts.isBound ? '' : value > limitMs ? 'is at least ' : 'is at most ';
  return `${id} ${about}${milliseconds(value)}${about === '' ? ' is' : ','} ${value > limitMs ? 'above' : 'within'} the budget of ${budgetMs(limitMs)} (${requests})`;
}

/** Requests whose latency the percentiles describe. */
function answeredCount(result: LoadResult): number {
  const expected = Math.round(result.requests * (1 - result.failedRatio));
  // With nothing but failures the summary's latency is theirs; those that timed out are counted apart.
  return expected > 0 || result.latencyMs.p95 === null ? expected : Math.max(0, result.requests - (result.errors[timeoutKey] ?? 0));
}

/** Lower bound of the share above the limit, from the lowest percentile that is above it. */
export function shareBeyond(result: LoadResult, limitMs: number): number {
  const lowest = percentilesOf(result).find(({ ms, quantile }) => ms > limitMs && quantile < 1);
  return lowest === undefined ? 0 : 1 - lowest.quantile;
}

export function checkErrorRatio(result: LoadResult, limit: number): BudgetCheck {
  const observed = result.failedRatio;
  if (result.failuresUnknown === true)
    return {
      id: 'error-ratio',
      state: 'unknown',
      text: `the file does not tell how many requests failed, so the budget of ${percent(limit)} cannot be judged`,
    };
  const measured = { durationMs: result.durationMs, samples: result.requests };
  const isBroken = observed > limit;
  const text = `${observed === 0 ? 'none' : percent(observed)} of ${plural(result.requests, 'request')} failed, ${isBroken ? 'above' : 'within'} the budget of ${percent(limit)}`;
  if (!isBroken) return green('error-ratio', text, lackForGreen(measured, 0, false));
  const failed = Math.round(observed * result.requests);
  return red('error-ratio', text, isOverwhelming(measured, failed, limit) ? null : lackForRed(measured, 0));
}

function checkRequestRate(result: LoadResult, limit: number, budgets: Budgets, plan: LoadPlan | null): BudgetCheck {
  const id = 'request-rate';
  const measured = { durationMs: result.durationMs, samples: result.requests };
  const observed = requestRate(result.requestRate);
  if (result.requestRate >= limit) {
    return green(id, `${observed} reach the budget of ${limit}/s`, lackForGreen(measured, 0, false));
  }
  const offered = offeredRate(budgets, plan);
  if (offered !== null && offered < limit) {
    return {
      id,
      state: 'unknown',
      text: `the load offers ${requestRate(offered)}, too few to judge the budget of ${limit}/s; raise its rate or its users`,
    };
  }
  const text = `${observed} are below the budget of ${limit}/s`;
  // A rate is a statement about time, not about a number of requests: a stalled service completes few.
  return red(id, text, lackForRed({ ...measured, samples: Number.MAX_SAFE_INTEGER }, 0));
}

/** What the load could reach at most on a service that keeps its latency budgets; null when there is none to tell from. */
function offeredRate(budgets: Budgets, plan: LoadPlan | null): number | null {
  if (plan === null || plan.script !== null) return null;
  if (plan.rate !== null) return plan.rate;
  const allowedMs = budgets.p50Ms ?? budgets.p95Ms ?? budgets.p99Ms;
  return allowedMs === undefined ? null : (plan.vus * 1000) / allowedMs;
}

function green(id: string, text: string, lack: string | null): BudgetCheck {
  return lack === null ? { id, state: 'kept', text } : { id, state: 'unknown', text: `${text}, but that proves nothing yet: ${lack}` };
}

function red(id: string, text: string, lack: string | null): BudgetCheck {
  return lack === null ? { id, state: 'broken', text } : { id, state: 'unknown', text: `${text}, but that may be chance: ${lack}` };
}
