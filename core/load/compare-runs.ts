import type { Rerun, RunFigures } from '../model/incident.js';
import type { Budgets, LoadResult } from '../model/load-result.js';
import { slowCount } from './budget-check.js';
import { budgetsBrokenBy } from './within-budget.js';
import { hodgesLehmannShift, mannWhitneyInterval, probabilityOfSuperiority, twoRatiosP } from './statistics.js';
import { percent } from './wording.js';

export type RunComparison = Omit<Rerun, 'outcome' | 'at'>;

export interface ComparisonSettings {
  /** How far a ratio may be from 1 and still count as equal. */
  marginRatio?: number;
}

/** Separate runs on each side from which an interval between runs may be claimed: with three, no rank interval reaches 95 %. */
const runsForInterval = 4;
const windowsForInterval = 4;
/**
 * Sub-windows of one run share its moment: the same machine, neighbours and caches. Two runs of an unchanged service differ by more than their
 * windows show, so one run a side must differ by this much before it is called different.
 */
const betweenRunsAllowance = 0.1;
/** Failures that matter: one request in a hundred more or fewer, and no chance (p < 0.001). */
const errorShift = { ratio: 0.01, chance: 0.001 };

/**
 * Compares p95 of the same load before and after, as a ratio of logarithms (Hodges–Lehmann, 95 % interval by inverting the exact Mann–Whitney
 * test). Four or more runs on each side give an interval between runs, fewer one within a run from its sub-windows, and with fewer than four
 * of those none at all. Failing requests come first: a service that is fast because it fails has not improved.
 */
export function compareRuns(before: LoadResult[], after: LoadResult[], budgets: Budgets, settings: ComparisonSettings = {}): RunComparison {
  const latency = compareLatency(before, after, settings.marginRatio ?? 0.05);
  const errors = compareErrors(before, after);
  const rate = compareRate(before, after, budgets);
  const budget = judgeBudget(after, budgets);
  return {
    verdict: combine(latency.verdict, errors.verdict, rate.verdict),
    withinBudget: budget.isWithin,
    ratio: latency.ratio,
    ci: latency.ci,
    ciKind: latency.ciKind,
    before: figures(before),
    after: figures(after),
    reasons: [...errors.reasons, ...latency.reasons, ...rate.reasons, ...budget.reasons],
  };
}

type Verdict = Rerun['verdict'];

interface Part {
  verdict: Verdict;
  reasons: string[];
}

interface LatencyPart extends Part {
  ratio: number | null;
  ci: [number, number] | null;
  ciKind: Rerun['ciKind'];
}

/** Errors decide when they moved; a rate budget only where latency tells nothing. */
function combine(latency: Verdict, errors: Verdict, rate: Verdict): Verdict {
  if (errors === 'regressed') return 'regressed';
  if (errors === 'improved') return latency === 'regressed' ? 'inconclusive' : 'improved';
  return (latency === 'equivalent' || latency === 'inconclusive') && rate !== 'equivalent' ? rate : latency;
}

function compareLatency(before: LoadResult[], after: LoadResult[], marginRatio: number): LatencyPart {
  const separate = [before, after].every((runs) => runs.length >= runsForInterval);
  const ciKind = separate ? 'between-runs' : 'within-run';
  const spread = separate ? runP95s : windowP95s;
  const [early, late] = [spread(before), spread(after)];
  const [earlyRuns, lateRuns] = [runP95s(before), runP95s(after)];
  if (earlyRuns.length === 0 || lateRuns.length === 0) {
    const side = earlyRuns.length === 0 ? 'before' : 'after';
    return { verdict: 'inconclusive', ratio: null, ci: null, ciKind, reasons: [`${side} there is no p95 of expected responses`] };
  }
  const needed = separate ? runsForInterval : windowsForInterval;
  if (Math.min(early.length, late.length) < needed) {
    const ratio = Math.exp(hodgesLehmannShift(earlyRuns, lateRuns));
    const have = `${early.length} before and ${late.length} after`;
    return {
      verdict: 'inconclusive',
      ratio,
      ci: null,
      ciKind,
      reasons: [`p95 is ${times(ratio)} as high, without an interval: 4 sub-windows or 4 runs on each side are needed, there are ${have}`],
    };
  }
  return judgeShift(early, late, {
    ciKind,
    margin: separate ? marginRatio : Math.max(marginRatio, betweenRunsAllowance),
    runs: [earlyRuns, lateRuns],
  });
}

function judgeShift(
  early: number[],
  late: number[],
  { ciKind, margin, runs }: { ciKind: Rerun['ciKind']; margin: number; runs: [number[], number[]] },
): LatencyPart {
  // The figure is that of the whole runs; sub-windows only tell how far it may be off.
  const shift = hodgesLehmannShift(...runs);
  const offset = shift - hodgesLehmannShift(early, late);
  const interval = mannWhitneyInterval(early, late);
  const ratio = Math.exp(shift);
  if (interval === null)
    return { verdict: 'inconclusive', ratio, ci: null, ciKind, reasons: [`p95 is ${times(ratio)} as high, without an interval`] };
  const ci: [number, number] = [Math.exp(interval.low + offset), Math.exp(interval.high + offset)];
  const verdict =
    ci[1] < 1 - margin
      ? 'improved'
      : ci[0] > 1 + margin
        ? 'regressed'
        : ci[0] > 1 - margin && ci[1] < 1 + margin
          ? 'equivalent'
          : 'inconclusive';
  const superiority = probabilityOfSuperiority(late, early);
  const kind =
    ciKind === 'between-runs'
      ? `between ${early.length} and ${late.length} runs`
      : 'within one run a side, which does not show how runs differ';
  const reasons = [
    `p95 is ${times(ratio)} as high after as before (95 % interval ${times(ci[0])} to ${times(ci[1])}, ${kind}); ${percent(superiority)} of the pairs are faster after`,
  ];
  if (verdict === 'inconclusive')
    reasons.push(`the interval reaches over ±${percent(margin)}, so neither a change nor its absence is shown; run it again`);
  return { verdict, ratio, ci, ciKind, reasons };
}

/** A run without a single expected response has only the latency of its failures, which compares with nothing. */
function runP95s(runs: LoadResult[]): number[] {
  return runs.flatMap(({ failedRatio, latencyMs: { p95 } }) => (failedRatio >= 1 || p95 === null || p95 <= 0 ? [] : [Math.log(p95)]));
}

function windowP95s(runs: LoadResult[]): number[] {
  return runs.flatMap(({ subWindows }) => subWindows.flatMap(({ p95Ms }) => (p95Ms > 0 ? [Math.log(p95Ms)] : [])));
}

function compareErrors(before: LoadResult[], after: LoadResult[]): Part {
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
function countFailures(runs: LoadResult[]): { hits: number; total: number } {
  return runs.reduce(
    ({ hits, total }, run) => {
      const silent = slowCount(run) - (run.errors['timeout'] ?? 0);
      return { hits: hits + Math.round(run.failedRatio * run.requests) + silent, total: total + run.requests + silent };
    },
    { hits: 0, total: 0 },
  );
}

/** Only where a rate is promised: in a closed load the rate is latency told another way. */
function compareRate(before: LoadResult[], after: LoadResult[], { minRequestRate }: Budgets): Part {
  if (minRequestRate === undefined) return { verdict: 'equivalent', reasons: [] };
  const [early, late] = [mean(before.map(({ requestRate }) => requestRate)), mean(after.map(({ requestRate }) => requestRate))];
  if (early < minRequestRate === late < minRequestRate) return { verdict: 'equivalent', reasons: [] };
  const text = `${late.toFixed(1)} requests/s after, ${early.toFixed(1)} before, ${minRequestRate} are the budget`;
  return { verdict: late < minRequestRate ? 'regressed' : 'improved', reasons: [text] };
}

/** Every run has to keep the budgets; of five or more, one may fail. */
function judgeBudget(after: LoadResult[], budgets: Budgets): { isWithin: boolean; reasons: string[] } {
  const broken = after.map((run) => budgetsBrokenBy(run, budgets)).filter((texts) => texts.length > 0);
  const isWithin = after.length > 0 && broken.length <= (after.length >= 5 ? 1 : 0);
  return { isWithin, reasons: broken[0]?.map((text) => `after: ${text}`) ?? [] };
}

/** Means over the runs; percentiles of separate runs cannot be merged. */
function figures(runs: LoadResult[]): RunFigures {
  const average = (pick: (run: LoadResult) => number | null): number | null => {
    const values = runs.map(pick).filter((value) => value !== null);
    return values.length === 0 ? null : mean(values);
  };
  return {
    p50Ms: average(({ latencyMs }) => latencyMs.p50),
    p95Ms: average(({ latencyMs }) => latencyMs.p95),
    p99Ms: average(({ latencyMs }) => latencyMs.p99),
    meanMs: average(({ latencyMs }) => latencyMs.mean),
    requestRate: mean(runs.map(({ requestRate }) => requestRate)),
    failedRatio: mean(runs.map(({ failedRatio }) => failedRatio)),
    requests: runs.reduce((sum, { requests }) => sum + requests, 0),
  };
}

function mean(values: number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function times(ratio: number): string {
  return `${ratio.toFixed(ratio < 0.1 ? 3 : 2)}×`;
}
