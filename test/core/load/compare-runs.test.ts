import { describe, expect, it } from 'vitest';
import { compareRuns as compare, type RunComparison } from '../../../core/load/compare/compare-runs.js';
import type { Budgets, LoadResult } from '../../../core/model/load-result.js';
import { loadResult, windows } from './load-result.js';

const budgets = { p95Ms: 250 };

function run(p95: number, changes: Partial<LoadResult> = {}): LoadResult {
  const spread = windows([0.97, 0.98, 0.99, 1.01, 1.02, 1.03].map((factor) => factor * p95));
  return loadResult({ latencyMs: { p50: p95 * 0.8, p95, p99: p95 * 1.2, mean: p95 * 0.8, max: p95 * 2 }, subWindows: spread, ...changes });
}

/** One group of runs after the other: before at minutes 0, 1, 2…, after from minute 60 on. */
function measured(loads: LoadResult[], fromMinute: number, stepMinutes = 1) {
  return loads.map((load, index) => ({ load, startedAt: new Date(60_000 * (fromMinute + index * stepMinutes)).toISOString() }));
}

function compareRuns(before: LoadResult[], after: LoadResult[], limits: Budgets): RunComparison {
  return compare({ before: measured(before, 0), after: measured(after, 60), budgets: limits, healthy: [] });
}

describe('compareRuns', () => {
  it('sees a fix in one run a side, and says that the interval is within the run', () => {
    const comparison = compareRuns([run(900)], [run(90)], budgets);
    expect(comparison).toMatchObject({ verdict: 'improved', withinBudget: true, ciKind: 'within-run', method: 'paired-windows' });
    expect(comparison.ratio).toBeCloseTo(0.1, 6);
    expect(comparison.ci?.[0]).toBeLessThan(0.1);
    expect(comparison.ci?.[1]).toBeGreaterThan(0.1);
    expect(comparison.before).toMatchObject({ p95Ms: 900, requests: 600 });
  });

  it('sees a regression and that the budget is broken', () => {
    expect(compareRuns([run(100)], [run(400)], budgets)).toMatchObject({ verdict: 'regressed', withinBudget: false });
  });

  it('calls the same run equal', () => {
    expect(compareRuns([run(100)], [run(100)], budgets)).toMatchObject({ verdict: 'equivalent', ratio: 1, withinBudget: true });
  });

  it('knows better than the windows of one run when two runs differ by a little', () => {
    expect(compareRuns([run(100)], [run(108)], budgets).verdict).not.toBe('regressed');
  });

  it('claims an interval between runs only from four on each side', () => {
    const before = [100, 102, 98, 101].map((p95) => run(p95));
    const after = [120, 123, 119, 121].map((p95) => run(p95));
    expect(compareRuns(before, after, budgets)).toMatchObject({ ciKind: 'between-runs', method: 'separate-runs', verdict: 'regressed' });
    expect(compareRuns(before.slice(1), after, budgets).ciKind).toBe('within-run');
  });

  it('gives a ratio without an interval when there are too few windows', () => {
    const comparison = compareRuns([run(900, { subWindows: [] })], [run(90)], budgets);
    expect(comparison).toMatchObject({ verdict: 'inconclusive', ci: null, method: 'ratio-only', withinBudget: true });
    expect(comparison.ratio).toBeCloseTo(0.1, 6);
  });

  it('calls vanished errors an improvement although latency stayed', () => {
    expect(compareRuns([run(100, { failedRatio: 0.2 })], [run(100)], { errorRatio: 0.01 })).toMatchObject({
      verdict: 'improved',
      withinBudget: true,
    });
  });

  it('calls a service that is fast because it fails a regression', () => {
    const comparison = compareRuns([run(900)], [run(10, { failedRatio: 0.9 })], budgets);
    expect(comparison.verdict).toBe('regressed');
    expect(comparison.reasons.join()).toContain('90 % of the requests fail');
  });

  it('does not compare the latency of failures with that of answers', () => {
    const dead = run(2, { failedRatio: 1 });
    expect(compareRuns([dead], [run(100)], budgets)).toMatchObject({ verdict: 'improved', ratio: null, withinBudget: true });
  });

  it('judges a promised rate', () => {
    const rate = { minRequestRate: 15 };
    expect(compareRuns([run(100, { requestRate: 9 })], [run(100)], rate)).toMatchObject({ verdict: 'improved', withinBudget: true });
    expect(compareRuns([run(100)], [run(100, { requestRate: 9 })], rate)).toMatchObject({ verdict: 'regressed', withinBudget: false });
  });

  it('tolerates one run above the budget of five, and none of four', () => {
    const good = Array.from({ length: 4 }, () => run(100));
    expect(compareRuns(good, [...good, run(300)], budgets).withinBudget).toBe(true);
    expect(compareRuns(good, [...good.slice(1), run(300)], budgets).withinBudget).toBe(false);
  });
});
