import { describe, expect, it } from 'vitest';
import { compareWithBaseline, healthyRunsKept, withHealthyRun } from '../../../core/load/compare/compare-baseline.js';
import { compareRuns } from '../../../core/load/compare/compare-runs.js';
import type { HealthyRun, MeasuredLoad } from '../../../core/model/comparison.js';
import { loadResult, windows } from './load-result.js';

function measured(minute: number, p95: number, failedRatio = 0): MeasuredLoad {
  const subWindows = windows([0.97, 0.98, 0.99, 1.01, 1.02, 1.03].map((factor) => factor * p95));
  const load = loadResult({ latencyMs: { p50: p95, p95, p99: p95, mean: p95, max: p95 }, subWindows, failedRatio });
  return { load, startedAt: new Date(60_000 * minute).toISOString() };
}

function healthy(minute: number, p95: number): HealthyRun {
  return { ...measured(minute, p95), source: 'green confirmation', incidentId: `incident-${minute}` };
}

describe('back to baseline', () => {
  it('is another statement than within budget', () => {
    const compare = (p95: number) =>
      compareRuns({ before: [measured(10, 900)], after: [measured(20, p95)], budgets: { p95Ms: 250 }, healthy: [healthy(0, 40)] });
    expect(compare(200)).toMatchObject({
      verdict: 'improved',
      withinBudget: true,
      backToBaseline: false,
      baseline: { verdict: 'regressed' },
    });
    expect(compare(41)).toMatchObject({ verdict: 'improved', withinBudget: true, backToBaseline: true });
    expect(compare(200).baseline?.ratio).toBeCloseTo(5, 6);
  });

  it('may be said of a service that breaks its budget, when it always did', () => {
    const comparison = compareRuns({
      ...{ before: [measured(10, 900)], after: [measured(20, 300)], budgets: { p95Ms: 250 } },
      healthy: [healthy(0, 300)],
    });
    expect(comparison).toMatchObject({ withinBudget: false, backToBaseline: true });
  });

  it('is unknown without a healthy run, and when the interval reaches over the margin', () => {
    expect(compareWithBaseline([], [measured(1, 40)])).toEqual({ backToBaseline: null, baseline: null });
    const uneven = measured(1, 43);
    uneven.load.subWindows.reverse().forEach((window, index) => (window.startMs = index * 5_000));
    expect(compareWithBaseline([healthy(0, 40)], [uneven]).backToBaseline).toBeNull();
  });

  it('is no when requests fail that did not fail before', () => {
    expect(compareWithBaseline([healthy(0, 40)], [measured(1, 40, 0.2)])).toMatchObject({
      backToBaseline: false,
      baseline: { verdict: 'regressed' },
    });
  });

  it('rests on an interval between runs as soon as there are four on each side', () => {
    const record = [0, 1, 2, 3].map((minute) => healthy(minute, 40 + minute / 10));
    const after = [60, 61, 62, 63].map((minute) => measured(minute, 41 + minute / 100));
    expect(compareWithBaseline(record, after).baseline).toMatchObject({
      method: 'separate-runs',
      ciKind: 'between-runs',
      incidentId: 'incident-3',
    });
  });
});

describe('the record of healthy runs', () => {
  it('takes in a run once, and the newest ones only', () => {
    const runs = Array.from({ length: healthyRunsKept + 3 }, (_, minute) => healthy(minute, 40));
    const record = runs.reduce<HealthyRun[]>(withHealthyRun, []);
    expect(record.map(({ startedAt }) => startedAt)).toEqual(runs.slice(3).map(({ startedAt }) => startedAt));
    expect(withHealthyRun(record, healthy(healthyRunsKept, 40))).toBe(record);
  });

  it('does not creep up: a run that is within its budget but slower stays out', () => {
    const record = [healthy(0, 40)];
    expect(withHealthyRun(record, healthy(1, 60))).toBe(record);
    expect(withHealthyRun(record, healthy(1, 20))).toHaveLength(2);
  });
});
