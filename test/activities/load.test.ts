import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { inActivity, quietEnvironment } from '../support/in-activity.js';
import { describe, expect, it } from 'vitest';
import { createActivities } from '../../activities/create-activities.js';
import { ProgramFailedError, UnreadableInputError } from '../../core/model/errors.js';
import { fakeDependencies, k6Ending, loadRequest, slowResult } from '../support/stories/fake-dependencies.js';
import { until } from '../support/until.js';

const failureOf = async (work: Promise<unknown>): Promise<ApplicationFailure> => {
  const failure: unknown = await work.catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ApplicationFailure);
  return failure as ApplicationFailure;
};

describe('runLoad', () => {
  it('takes broken thresholds for a result, tells when k6 started and shows live numbers with units', async () => {
    const beats: { state: string }[] = [];
    const deps = await fakeDependencies({
      runLoad: async (order) => {
        const finished = await k6Ending(slowResult)(order);
        await until(() => beats.some((beat) => beat.state === 'load'));
        return finished;
      },
    });
    const environment = quietEnvironment({ attempt: 2 });
    environment.on('heartbeat', (details: { state: string }) => void beats.push(details));
    const run = await inActivity(() => createActivities(deps).runLoad(loadRequest), environment);
    expect(run.confirmation.verdict).toBe('confirmed');
    expect(deps.announced).toEqual([
      { key: 'confirm', host: 'bench', attempt: 2, startedAt: '2026-11-24T10:00:00.000Z', measuredInMs: 5_000, durationMs: 30_000 },
    ]);
    expect(beats[0]).toEqual({ state: 'starting' });
    expect(beats.at(-1)).toEqual({
      state: 'load',
      progress: '50 % of 35 s',
      rate: '50.0 rps',
      p95: '812 ms',
      errors: '0.1 %',
      users: '50',
    });
  });

  it('is cancelled only after the load is gone', async () => {
    const order: string[] = [];
    const deps = await fakeDependencies({
      runLoad: ({ signal }) =>
        new Promise((_resolve, reject) => {
          order.push('load begins');
          signal.addEventListener('abort', () => {
            setTimeout(() => {
              order.push('load gone');
              reject(new Error('k6 was killed'));
            }, 100);
          });
        }),
    });
    const environment = quietEnvironment();
    const running = inActivity(() => createActivities(deps).runLoad(loadRequest), environment).catch((error: unknown) => {
      order.push('activity ended');
      return error;
    });
    await until(() => order.length > 0);
    environment.cancel('CANCELLED');
    expect(await running).toBeInstanceOf(CancelledFailure);
    expect(order).toEqual(['load begins', 'load gone', 'activity ended']);
  });

  it('stops the load when nobody can be told that it started', async () => {
    const deps = await fakeDependencies({
      announceLoadStarted: () => Promise.reject(new Error('Temporal is away')),
      runLoad: ({ signal, onStarted }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('k6 was killed')));
          onStarted({ startedAt: '', measuredInMs: 0, durationMs: 1 });
        }),
    });
    const failure = await failureOf(inActivity(() => createActivities(deps).runLoad(loadRequest)));
    expect(failure).toMatchObject({ message: 'Temporal is away', nonRetryable: false });
  });

  it.each([
    [new UnreadableInputError('search.js: line 3'), 'UnreadableInputError', true],
    [new ProgramFailedError({ program: 'k6', exitCode: 107, message: 'exception', retryable: false }), 'ProgramFailedError', true],
    [new ProgramFailedError({ program: 'k6', exitCode: -1, message: 'killed', retryable: true }), 'ProgramFailedError', false],
  ])('%o is final or not by its kind', async (error, type, nonRetryable) => {
    const deps = await fakeDependencies({ runLoad: () => Promise.reject(error) });
    const failure = await failureOf(inActivity(() => createActivities(deps).runLoad(loadRequest)));
    expect(failure).toMatchObject({ type, nonRetryable });
  });

  it('says little, in one line and without the credentials of an address', async () => {
    const message = `cannot reach postgres://ada:s3cret@db/x ${'x'.repeat(300)}\nstack`;
    const deps = await fakeDependencies({ runLoad: () => Promise.reject(new Error(message)) });
    const failure = await failureOf(inActivity(() => createActivities(deps).runLoad(loadRequest)));
    expect(failure.message).toHaveLength(200);
    expect(failure.message).toMatch(/^cannot reach postgres:\/\/db\/x x/);
    expect(failure.nonRetryable).toBe(false);
  });
});

describe('compareRuns', () => {
  it('finds the better run improved and within its budget, and back to the baseline as soon as one is on record', async () => {
    const fast = {
      ...slowResult,
      exitCode: 0,
      thresholds: [],
      latencyMs: { p50: 20, p95: 40, p99: 50, mean: 20, max: 60 },
      subWindows: slowResult.subWindows.map((window) => ({ ...window, p50Ms: 20, p95Ms: 40, meanMs: 20 })),
    };
    const activities = createActivities(
      await fakeDependencies({ runLoad: (order) => k6Ending(order.plan.rate === 50 ? slowResult : fast)(order) }),
    );
    const before = await inActivity(() => activities.runLoad(loadRequest));
    const { endpoint, plan, budgets } = loadRequest;
    const after = { load: fast, startedAt: '2026-11-24T11:00:00.000Z' };
    const compared = await activities.compareRuns({ endpoint, plan, budgets, before: [before], after: [after] });
    expect(compared).toMatchObject({ verdict: 'improved', withinBudget: true, backToBaseline: null, method: 'paired-windows' });
    const healthy = { ...after, startedAt: '2026-11-01T11:00:00.000Z', source: 'green confirmation', incidentId: 'earlier' } as const;
    expect(await activities.keepHealthyRun({ endpoint, plan, run: healthy })).toEqual({ kept: true });
    const crept = { ...healthy, load: slowResult, startedAt: '2026-11-02T11:00:00.000Z' };
    expect(await activities.keepHealthyRun({ endpoint, plan, run: crept })).toEqual({ kept: false });
    const again = await activities.compareRuns({ endpoint, plan, budgets, before: [before], after: [after] });
    expect(again).toMatchObject({ backToBaseline: true, baseline: { incidentId: 'earlier', ratio: 1 } });
  });
});
