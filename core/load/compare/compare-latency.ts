import type { ComparableLoad, Comparison, ComparisonMethod, MeasuredLoad } from '../../model/comparison.js';
import { interleavedPairs } from './interleaved-pairs.js';
import {
  hodgesLehmannShift,
  mannWhitneyInterval,
  pairedShift,
  probabilityOfSuperiority,
  signedRankInterval,
  type Interval,
} from '../statistics.js';
import { percent, times } from '../../model/figures.js';

/** Pairs from which the signed-rank test, and values a side from which the rank-sum test, can reach 95 %. */
export const smallestSample = { pairs: 6, values: 4 } as const;
/**
 * Sub-windows of one run share its moment: the same machine, neighbours and caches. Two runs of an unchanged service differ by more than their
 * windows show, so without enough runs they must differ by this much before they are called different.
 */
const betweenRunsAllowance = 0.1;

export interface LatencyComparison extends Comparison {
  reasons: string[];
}

type Timed = MeasuredLoad<ComparableLoad>;

/** One way to get at the shift of log p95, when its minimum is there. */
interface Shift {
  method: Exclude<ComparisonMethod, 'ratio-only'>;
  shift: number;
  interval: Interval;
  /** Share of all comparisons in which after is faster. */
  faster: number;
  basis: string;
}

/** How far a ratio may be from 1, as a factor, and still count as equal. */
export function marginOf(method: ComparisonMethod, marginRatio: number): number {
  return isBetweenRuns(method) ? marginRatio : Math.max(marginRatio, betweenRunsAllowance);
}

/**
 * p95 after ÷ before. The shift of log p95 is a Hodges–Lehmann estimate, its interval the exact inversion of the rank test that goes with it:
 * signed-rank where there are at least six pairs, Mann–Whitney where there are at least four values a side. Runs are preferred to slices of a
 * run, pairs to groups. Swapping the sides turns the ratio and its interval into their reciprocals.
 */
export function compareLatency(before: Timed[], after: Timed[], marginRatio: number): LatencyComparison {
  const [early, late] = [before.filter(hasP95), after.filter(hasP95)];
  const pairs = interleavedPairs(early, late);
  const runs = { before: before.length, after: after.length, pairs: pairs.length };
  if (early.length === 0 || late.length === 0) {
    const reasons = [`${early.length === 0 ? 'before' : 'after'} there is no p95 of expected responses`];
    return { verdict: 'inconclusive', ratio: null, ci: null, ciKind: 'within-run', method: 'ratio-only', runs, reasons };
  }
  const found = pairedRuns(pairs) ?? separateRuns(early, late) ?? pairedWindows(early, late) ?? separateWindows(early, late);
  return { ...(found === null ? withoutInterval(early, late) : judge(found, marginRatio)), runs };
}

function hasP95({ load: { failedRatio, latencyMs } }: Timed): boolean {
  // A run without a single expected response has only the latency of its failures, which compares with nothing.
  return failedRatio < 1 && latencyMs.p95 !== null && latencyMs.p95 > 0;
}

function logP95({ load }: Timed): number {
  return Math.log(load.latencyMs.p95 ?? Number.NaN);
}

function runShift(early: Timed[], late: Timed[]): number {
  return hodgesLehmannShift(early.map(logP95), late.map(logP95));
}

function pairedRuns(pairs: [Timed, Timed][]): Shift | null {
  const differences = pairs.map(([early, late]) => logP95(late) - logP95(early));
  const interval = differences.length < smallestSample.pairs ? null : signedRankInterval(differences);
  if (interval === null) return null;
  const basis = `between ${differences.length} pairs of runs taken in turns, signed-rank`;
  return { method: 'paired-runs', shift: pairedShift(differences), interval, faster: shareBelowZero(differences), basis };
}

function separateRuns(early: Timed[], late: Timed[]): Shift | null {
  const [x, y] = [early.map(logP95), late.map(logP95)];
  const interval = Math.min(x.length, y.length) < smallestSample.values ? null : mannWhitneyInterval(x, y);
  if (interval === null) return null;
  const basis = `between ${x.length} and ${y.length} runs, Mann–Whitney`;
  return { method: 'separate-runs', shift: hodgesLehmannShift(x, y), interval, faster: probabilityOfSuperiority(y, x), basis };
}

/** The figure is that of the whole runs; sub-windows only tell how far it may be off. */
function aroundRuns(early: Timed[], late: Timed[], windowShift: number, interval: Interval): Pick<Shift, 'shift' | 'interval'> {
  const shift = runShift(early, late);
  const offset = shift - windowShift;
  return { shift, interval: { ...interval, low: interval.low + offset, high: interval.high + offset } };
}

const unlikeRuns = 'within a run, which does not show how runs differ';

/** The same moment of the same load on both sides: what every run goes through (caches that warm up, a collection that grows) cancels out. */
function pairedWindows(early: Timed[], late: Timed[]): Shift | null {
  const [x, y] = [windowsByStart(early), windowsByStart(late)];
  const differences = [...x].flatMap(([start, value]) => {
    const other = y.get(start);
    return other === undefined ? [] : [other - value];
  });
  const interval = differences.length < smallestSample.pairs ? null : signedRankInterval(differences);
  if (interval === null) return null;
  const basis = `from ${differences.length} pairs of sub-windows ${unlikeRuns}, signed-rank`;
  const figures = aroundRuns(early, late, pairedShift(differences), interval);
  return { method: 'paired-windows', ...figures, faster: shareBelowZero(differences), basis };
}

function separateWindows(early: Timed[], late: Timed[]): Shift | null {
  const [x, y] = [[...windowsByStart(early).values()], [...windowsByStart(late).values()]];
  const interval = Math.min(x.length, y.length) < smallestSample.values ? null : mannWhitneyInterval(x, y);
  if (interval === null) return null;
  const basis = `from ${x.length} and ${y.length} sub-windows ${unlikeRuns}, Mann–Whitney`;
  const figures = aroundRuns(early, late, hodgesLehmannShift(x, y), interval);
  return { method: 'separate-windows', ...figures, faster: probabilityOfSuperiority(y, x), basis };
}

/** Mean of log p95 at each moment of the window over the runs of one side: windows of several runs are never pooled as if they were independent. */
function windowsByStart(runs: Timed[]): Map<number, number> {
  const values = new Map<number, number[]>();
  for (const { load } of runs)
    for (const { startMs, p95Ms } of load.subWindows) if (p95Ms > 0) values.set(startMs, [...(values.get(startMs) ?? []), Math.log(p95Ms)]);
  return new Map([...values].map(([startMs, logs]) => [startMs, logs.reduce((sum, log) => sum + log, 0) / logs.length]));
}

function shareBelowZero(differences: number[]): number {
  return differences.reduce((sum, value) => sum + (value < 0 ? 1 : value === 0 ? 0.5 : 0), 0) / differences.length;
}

type Judged = Omit<LatencyComparison, 'runs'>;

function judge({ method, shift, interval, faster, basis }: Shift, marginRatio: number): Judged {
  const margin = marginOf(method, marginRatio);
  const ratio = Math.exp(shift);
  const ci: [number, number] = [Math.exp(interval.low), Math.exp(interval.high)];
  const verdict = verdictOf(interval, Math.log1p(margin));
  const reasons = [
    `p95 is ${times(ratio)} as high after as before (95 % interval ${times(ci[0])} to ${times(ci[1])}, ${basis}); ${percent(faster)} of the comparisons are faster after`,
  ];
  if (verdict === 'inconclusive')
    reasons.push(`the interval reaches over ±${percent(margin)}, so neither a change nor its absence is shown; run it again`);
  return { verdict, ratio, ci, ciKind: isBetweenRuns(method) ? 'between-runs' : 'within-run', method, reasons };
}

function verdictOf({ low, high }: Interval, margin: number): Comparison['verdict'] {
  if (high < -margin) return 'improved';
  if (low > margin) return 'regressed';
  return low > -margin && high < margin ? 'equivalent' : 'inconclusive';
}

function withoutInterval(early: Timed[], late: Timed[]): Judged {
  const ratio = Math.exp(runShift(early, late));
  const have = `${windowsByStart(early).size} sub-windows before and ${windowsByStart(late).size} after, in ${early.length} and ${late.length} runs`;
  const needed = `${smallestSample.values} sub-windows or ${smallestSample.values} runs on each side are needed`;
  const reasons = [`p95 is ${times(ratio)} as high, without an interval: ${needed}, there are ${have}`];
  return { verdict: 'inconclusive', ratio, ci: null, ciKind: 'within-run', method: 'ratio-only', reasons };
}

function isBetweenRuns(method: ComparisonMethod): boolean {
  return method === 'paired-runs' || method === 'separate-runs';
}
