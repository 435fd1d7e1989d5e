import { describe, expect, it } from 'vitest';
import { judgeByPlan } from '../../../core/load/stages/judge-stages.js';
import { stageResults } from '../../../core/load/stages/stage-results.js';
import { lanesOf } from '../../../core/load/stages/lanes.js';
import { plannedRequests, stagedPlan } from '../../../core/load/stages/staged-plan.js';
import { stagedScenarios } from '../../../core/load/stages/scenarios.js';
import { scriptTiming } from '../../../core/load/script-plan.js';
import { describeLoad } from '../../../core/decisions/load/describe-load.js';
import { RefusedError } from '../../../core/model/errors.js';
import type { LoadPlan, LoadResult } from '../../../core/model/load-result.js';
import type { StageResult } from '../../../core/model/load-result.js';
import type { LoadStage } from '../../../core/model/load-stages.js';

const base: LoadPlan = {
  ...{ executor: 'constant-arrival-rate', vus: 10, rate: 20, maxVus: 50, script: null, stopAtErrorRatio: null },
  ...{ durationMs: 60_000, rampUpMs: 3_000, warmUpMs: 5_000 },
};

function stage(name: string, startMs: number, change: Partial<LoadStage> = {}): LoadStage {
  return { name, model: 'open', from: 20, to: 20, startMs, durationMs: 30_000, isJudged: true, ...change };
}

const spike = [
  stage('before', 0),
  stage('during', 30_000),
  stage('after', 60_000),
  stage('extra', 30_000, { from: 200, to: 200, isJudged: false }),
];

describe('stagedPlan', () => {
  it('is as long as its stages and offers their mean', () => {
    const plan = stagedPlan(base, spike);
    expect(plan).toMatchObject({ executor: 'ramping-arrival-rate', durationMs: 90_000, rampUpMs: 0, warmUpMs: 5_000, maxVus: 50 });
    expect(plan.rate).toBeCloseTo((20 * 90 + 200 * 30) / 90, 6);
    expect(describeLoad(plan)).toBe('4 stages, at most 200 rps × 90 s');
  });

  it.each([
    ['a held rate', [stage('a', 0), stage('b', 30_000)], { executor: 'constant-arrival-rate', rate: 20 }],
    ['a ramp', [stage('a', 0, { from: 0, to: 40 })], { executor: 'ramping-arrival-rate', rate: 20 }],
    ['held users', [stage('a', 0, { model: 'closed', from: 7, to: 7 })], { executor: 'constant-vus', vus: 7, rate: null }],
    [
      'more users on top',
      [stage('a', 0, { model: 'closed', from: 5, to: 5 }), stage('b', 10_000, { model: 'closed', from: 0, to: 9, durationMs: 5_000 })],
      { executor: 'ramping-vus', vus: 14, rate: null },
    ],
  ])('calls %s by the executor of k6', (_, stages, expected) => {
    expect(stagedPlan(base, stages)).toMatchObject(expected);
  });

  it('says everything that is wrong at once', () => {
    const wrong = [
      stage('Bad name', 0),
      stage('twin', 0),
      stage('twin', 30_000, { from: 0, to: 0 }),
      stage('half', 0, { model: 'closed', from: 1, to: 1.5 }),
      stage('short', 0, { durationMs: 10, isJudged: false }),
    ];
    const told = (() => {
      try {
        return stagedPlan(base, wrong);
      } catch (error) {
        return error instanceof RefusedError ? error.message : error;
      }
    })();
    for (const part of [
      '"Bad name": expected a name',
      '"twin": expected a name of its own',
      '"twin": expected 0.1 to 100000 requests/s, got 0 to 0',
    ])
      expect(told).toContain(part);
    for (const part of ['"half": expected whole users, got 1 to 1.5', '"short": expected at least 1 s']) expect(told).toContain(part);
    expect(() => stagedPlan(base, [])).toThrow('expected at least one stage');
    expect(() => stagedPlan({ ...base, script: '/own.js' }, spike)).toThrow('a script of one’s own');
    expect(() => stagedPlan(base, [stage('a', 0, { isJudged: false })])).toThrow('expected a stage that is judged');
  });

  it('plans the area under a ramp', () => {
    const ramp = stage('ramp', 0, { from: 0, to: 60 });
    expect([plannedRequests(ramp, 30_000), plannedRequests(ramp, 15_000)]).toEqual([900, 225]);
  });
});

describe('scenarios', () => {
  const plan = stagedPlan(base, spike);
  const scenarios = stagedScenarios(plan, spike, scriptTiming(plan, {}), {});

  it('are one for stages that follow each other, and one for what comes on top', () => {
    expect(lanesOf(spike, 5_000).map(({ stages }) => stages.map(({ name }) => name))).toEqual([['before', 'during', 'after'], ['extra']]);
    expect(Object.keys(scenarios)).toEqual(['lane-1', 'lane-2']);
  });

  it('warm up at their first level, and begin late without a warm-up', () => {
    const level = { target: 2_000 };
    expect(scenarios['lane-1']).toMatchObject({
      ...{ executor: 'ramping-arrival-rate', startTime: '0ms', startRate: 2_000, timeUnit: '100s' },
      stages: [{ duration: '5000ms', ...level }, { duration: '30000ms', ...level }, level, level],
    });
    expect(scenarios['lane-2']).toMatchObject({
      startTime: '35000ms',
      startRate: 20_000,
      stages: [{ duration: '30000ms', target: 20_000 }],
    });
  });

  it('jump where a stage begins at another level than the one before ended', () => {
    const steps = [stage('a', 0, { model: 'closed', from: 2, to: 2 }), stage('b', 30_000, { model: 'closed', from: 6, to: 9 })];
    const [only] = Object.values(stagedScenarios(stagedPlan(base, steps), steps, scriptTiming(base, {}), {}));
    expect(only).toMatchObject({
      ...{ executor: 'ramping-vus', startVUs: 2 },
      stages: [
        { duration: '5000ms', target: 2 },
        { duration: '30000ms', target: 2 },
        { duration: '0ms', target: 6 },
        { duration: '30000ms', target: 9 },
      ],
    });
  });
});

describe('stageResults', () => {
  it.each([
    [1_000, 95],
    [999, null],
  ])('of %i answers tells the slowest thousandth as %s', (count, p999) => {
    const durations = { count, med: 20, 'p(95)': 50, 'p(99)': 60, 'p(99.9)': 95, avg: 25, max: 99 };
    const values = (metric: string) =>
      metric === 'http_req_duration' ? durations : metric === 'http_req_failed' ? { passes: 200, fails: count } : { count: count + 200 };
    const [measured] = stageResults([stage('only', 0)], 30_000, (metric, tags) => (tags['stage'] === 'only' ? values(metric) : {}));
    expect(measured?.latencyMs).toEqual({ p50: 20, p95: 50, p99: 60, p999, mean: 25, max: 99 });
  });
});

describe('judgeByPlan', () => {
  const plan = stagedPlan(base, spike);
  const measured = (name: string, p95: number, change: Partial<StageResult> = {}): StageResult => ({
    ...{ name, durationMs: 30_000, offeredRate: 20, requests: 600, requestRate: 20, failedRatio: 0, droppedIterations: 0, slow: 0 },
    latencyMs: { p50: p95 / 2, p95, p99: p95, mean: p95 / 2, max: p95 },
    ...change,
  });
  const run = (stages: StageResult[]): LoadResult => ({
    ...{
      format: 'handle-summary',
      k6Version: '1.1.0',
      exitCode: 0,
      durationMs: 90_000,
      requests: 7_800,
      requestRate: 86.7,
      iterations: 7_800,
    },
    ...{ failedRatio: 0, droppedIterations: 0, timingMs: null, thresholds: [], subWindows: [], generator: null, errors: {} },
    latencyMs: { p50: 400, p95: 900, p99: 950, mean: 420, max: 990 },
    stages,
  });
  const extra = measured('extra', 5_000, { offeredRate: 200, requests: 6_000, requestRate: 200 });
  const judge = (stages: StageResult[]) => judgeByPlan(run(stages), { budgets: { p95Ms: 250 }, plan });

  it('holds no budget against the whole run or what comes on top of the judged', () => {
    const told = judge([measured('before', 60), measured('during', 240), measured('after', 60), extra]);
    expect(told).toMatchObject({ verdict: 'not-reproduced', broken: [] });
    expect(told.stages?.map(({ name }) => name)).toEqual(['before', 'during', 'after']);
  });

  it('is broken by one stage, and names it', () => {
    const told = judge([measured('before', 60), measured('during', 700), measured('after', 60), extra]);
    expect(told).toMatchObject({ verdict: 'confirmed', broken: ['p95'] });
    expect(told.reasons).toEqual([expect.stringMatching(/^during: p95 700 ms is above the budget of 250 ms/)]);
  });

  it('is broken by requests without an answer', () => {
    const silent = measured('during', 60, { failedRatio: 0.1, slow: 60 });
    const told = judge([measured('before', 60), silent, measured('after', 60), extra]);
    expect(told).toMatchObject({
      verdict: 'confirmed',
      broken: ['p95'],
      reasons: [expect.stringMatching(/^during: 60 of/), expect.anything()],
    });
  });

  it('proves nothing when a stage was not reached, or lost requests that nobody was free to send', () => {
    expect(judge([measured('before', 60), extra])).toMatchObject({
      verdict: 'unproven',
      reasons: [expect.stringMatching(/^during: the load ended/), expect.anything()],
    });
    const dropped = measured('during', 60, { droppedIterations: 30 });
    expect(judge([measured('before', 60), dropped, measured('after', 60), extra])).toMatchObject({
      verdict: 'unproven',
      reasons: [expect.stringMatching(/^during: .*dropped/)],
    });
  });
});
