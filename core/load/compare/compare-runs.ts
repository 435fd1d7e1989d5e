import type { ComparableLoad, Comparison, HealthyRun, MeasuredLoad } from '../../model/comparison.js';
import type { Rerun, RunFigures } from '../../model/rerun.js';
import type { Budgets } from '../../model/load-result.js';
import { compareWithBaseline } from './compare-baseline.js';
import { compareErrors } from './compare-errors.js';
import { compareLatency } from './compare-latency.js';
import { budgetsBrokenBy } from '../judge/within-budget.js';

export type RunComparison = Omit<Rerun, 'outcome' | 'at'>;

export interface RunsToCompare {
  before: MeasuredLoad[];
  after: MeasuredLoad[];
  budgets: Budgets;
  /** Healthy runs of the same load, from other incidents. */
  healthy: HealthyRun[];
}

/** How far a ratio may be from 1 and still count as equal. */
const defaultMargin = 0.05;

/**
 * Judges the same load before and after a change: did p95 change (see `compareLatency`), does the service keep its budgets, is it as fast as it
 * was when it was healthy. Three questions, three answers. Failing requests come first: a service that is fast because it fails has not improved.
 */
export function compareRuns({ before, after, budgets, healthy }: RunsToCompare, marginRatio = defaultMargin): RunComparison {
  const { reasons, ...latency } = compareLatency(before, after, marginRatio);
  const errors = compareErrors(before, after);
  const rate = compareRate(before, after, budgets);
  const budget = judgeBudget(after, budgets);
  return {
    ...latency,
    verdict: combine(latency.verdict, errors.verdict, rate.verdict),
    withinBudget: budget.isWithin,
    before: figures(before),
    after: figures(after),
    ...compareWithBaseline(healthy, after, marginRatio),
    reasons: [...errors.reasons, ...reasons, ...rate.reasons, ...budget.reasons],
  };
}

type Verdict = Comparison['verdict'];
type Timed = MeasuredLoad<ComparableLoad>;

/** Errors decide when they moved; a rate budget only where latency tells nothing. */
function combine(latency: Verdict, errors: Verdict, rate: Verdict): Verdict {
  if (errors === 'regressed') return 'regressed';
  if (errors === 'improved') return latency === 'regressed' ? 'inconclusive' : 'improved';
  return (latency === 'equivalent' || latency === 'inconclusive') && rate !== 'equivalent' ? rate : latency;
}

/** Only where a rate is promised: in a closed load the rate is latency told another way. */
function compareRate(before: Timed[], after: Timed[], { minRequestRate }: Budgets): { verdict: Verdict; reasons: string[] } {
  if (minRequestRate === undefined) return { verdict: 'equivalent', reasons: [] };
  const [early, late] = [meanRate(before), meanRate(after)];
  if (early < minRequestRate === late < minRequestRate) return { verdict: 'equivalent', reasons: [] };
  const text = `${late.toFixed(1)} requests/s after, ${early.toFixed(1)} before, ${minRequestRate} are the budget`;
  return { verdict: late < minRequestRate ? 'regressed' : 'improved', reasons: [text] };
}

/** Every run has to keep the budgets; of five or more, one may fail. */
function judgeBudget(after: MeasuredLoad[], budgets: Budgets): { isWithin: boolean; reasons: string[] } {
  const broken = after.map(({ load }) => budgetsBrokenBy(load, budgets)).filter((texts) => texts.length > 0);
  const isWithin = after.length > 0 && broken.length <= (after.length >= 5 ? 1 : 0);
  return { isWithin, reasons: broken[0]?.map((text) => `after: ${text}`) ?? [] };
}

/** Means over the runs; percentiles of separate runs cannot be merged. */
function figures(runs: Timed[]): RunFigures {
  const average = (pick: (run: ComparableLoad) => number | null): number | null => {
    const values = runs.map(({ load }) => pick(load)).filter((value) => value !== null);
    return values.length === 0 ? null : mean(values);
  };
  return {
    p50Ms: average(({ latencyMs }) => latencyMs.p50),
    p95Ms: average(({ latencyMs }) => latencyMs.p95),
    p99Ms: average(({ latencyMs }) => latencyMs.p99),
    meanMs: average(({ latencyMs }) => latencyMs.mean),
    requestRate: meanRate(runs),
    failedRatio: mean(runs.map(({ load }) => load.failedRatio)),
    requests: runs.reduce((sum, { load }) => sum + load.requests, 0),
  };
}

function meanRate(runs: Timed[]): number {
  return mean(runs.map(({ load }) => load.requestRate));
}

function mean(values: number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
