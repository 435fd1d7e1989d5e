/** A server that asks for a new history after every measurement: whatever does not survive one is lost here. */
import type { WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BisectRequest } from '../../activities/bisect-contract.js';
import { bisectHostQueue, bisectQueue } from '../../workflows/kernel/task-queues.js';
import {
  bisectStatusQuery,
  markBadSignal,
  markGoodSignal,
  pauseSignal,
  resumeSignal,
  skipCommitSignal,
  stopAndReportSignal,
} from '../../workflows/bisect/messages.js';
import type { bisectRegression } from '../../workflows/bisect/bisect-regression.js';
import { createFakeRepositories, idOf, type FakeRepository } from '../support/fake-repositories.js';
import { bundleWorkflows, startTemporal } from '../support/temporal.js';

type Handle = WorkflowHandleWithFirstExecutionRunId<typeof bisectRegression>;

/** The second one makes no pause before each new history. */
const everyMeasurement = ['limit.historyCount.suggestContinueAsNew=10', 'history.workflowIdReuseMinimalInterval=0'];

let temporal: TestWorkflowEnvironment;
let workers: Worker[];
let running: Promise<unknown>;
const world = createFakeRepositories();
let count = 0;

beforeAll(async () => {
  const [environment, bundle] = await Promise.all([startTemporal(...everyMeasurement), bundleWorkflows()]);
  temporal = environment;
  const activities = world.activitiesOn('bench-1');
  const shared = { connection: temporal.nativeConnection, activities, maxHeartbeatThrottleInterval: '100ms' } as const;
  workers = [
    await Worker.create({ ...shared, taskQueue: bisectQueue, workflowBundle: bundle }),
    await Worker.create({ ...shared, taskQueue: bisectHostQueue('bench-1') }),
  ];
  running = Promise.all(workers.map((worker) => worker.run()));
});

afterAll(async () => {
  for (const worker of workers) worker.shutdown();
  await running;
  await temporal.teardown();
});

async function start(repository: Partial<FakeRepository>): Promise<{ handle: Handle; endpoint: string }> {
  const endpoint = world.add(repository);
  const bisectId = `continued-${(count += 1)}`;
  const budgets = { budgetRuns: 200, budgetBuilds: null, budgetMinutes: 60 };
  const question = { good: null, bad: null, metric: 'p95', minEffect: 1.2, incidentId: null } as const;
  const request: BisectRequest = { bisectId, endpoint, ...question, ...budgets, hints: { files: [] } };
  const handle = await temporal.client.workflow.start<typeof bisectRegression>('bisectRegression', {
    workflowId: bisectId,
    taskQueue: bisectQueue,
    args: [{ request, incidentId: null, service: 'shop', endpoint }],
  });
  return { handle, endpoint };
}

/** Histories of one search so far, the current one included. */
async function histories({ workflowId }: Handle): Promise<number> {
  let number = 0;
  for await (const { runId } of temporal.client.workflow.list({ query: `WorkflowId = "${workflowId}"` })) if (runId !== '') number += 1;
  return number;
}

const measured = (endpoint: string, atLeast: number): Promise<void> =>
  expect.poll(() => world.measured(endpoint), { timeout: 20_000 }).toBeGreaterThanOrEqual(atLeast);

/** Of the two profiles, which are no measurements. */
const profileRuns = 2;

describe('a search over many histories', { timeout: 60_000 }, () => {
  it('gives the answer of one history, descends into the merge, and measures nothing twice', async () => {
    const { handle, endpoint } = await start({ slowAt: { 12: 4 }, merges: { 12: { commits: 4, slowAt: { 3: 4 } } } });
    const answer = await handle.result();
    expect(answer).toMatchObject({ outcome: 'culprit', culprit: { commit: idOf(1203) }, mergedBy: idOf(12) });
    expect(answer.range).toEqual([idOf(1202), idOf(1203)]);
    expect(answer.runs).toBe(world.measured(endpoint) + profileRuns);
    // One more for the measurements that end the range of the line and the side.
    await expect.poll(() => histories(handle), { timeout: 10_000 }).toBeGreaterThanOrEqual(world.measured(endpoint));
    expect(world.cleaned(endpoint)).toBe(true);
  });

  it('stays paused until somebody resumes it, and keeps what people said about commits', async () => {
    const { handle, endpoint } = await start({ slowAt: { 20: 3 }, measureMs: 100 });
    await measured(endpoint, 1);
    await handle.signal(markGoodSignal, { commit: idOf(16), by: 'ada' });
    await handle.signal(markBadSignal, { commit: idOf(26), by: 'bob' });
    await handle.signal(skipCommitSignal, { commit: idOf(22), by: 'eve' });
    await handle.signal(pauseSignal, {});
    const isPaused = (): Promise<boolean> =>
      handle.query(bisectStatusQuery).then(
        (status) => status.isPaused,
        () => false,
      );
    const isIdle = async (): Promise<boolean> => ((await handle.describe()).raw.pendingActivities ?? []).length === 0;
    // The measurement that was running, or was to run, ends, and a new history begins.
    await expect
      .poll(async () => (await isPaused()) && (await isIdle()) && (await histories(handle)) > world.measured(endpoint), {
        timeout: 20_000,
      })
      .toBe(true);
    const before = world.measured(endpoint);
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(world.measured(endpoint)).toBe(before);
    await handle.signal(resumeSignal, {});
    const answer = await handle.result();
    expect(answer).toMatchObject({ outcome: 'culprit', culprit: { commit: idOf(20) } });
    expect(answer.skipped).toEqual([{ commit: idOf(22), reason: 'unhealthy' }]);
    const words = ['ada marked 00000016cccc as good', 'bob marked 00000026cccc as bad', 'eve marked 00000022cccc as one to skip'];
    expect(answer.reasons).toEqual(expect.arrayContaining(words));
    expect(answer.runs).toBe(world.measured(endpoint) + profileRuns);
    const indices = world
      .measurements(endpoint)
      .slice(before)
      .map(({ commit }) => world.indexOf(commit));
    expect(indices.filter((index) => index < 16 || index > 26 || index === 22)).toEqual([]);
  });

  it('stops on a request from the history before', async () => {
    const { handle, endpoint } = await start({ slowAt: { 20: 1.5 }, measureMs: 100 });
    await measured(endpoint, 3);
    await handle.signal(stopAndReportSignal, {});
    const answer = await handle.result();
    expect(answer).toMatchObject({ outcome: 'inconclusive', culprit: null });
    expect(answer.reasons).toContain('stopped on request');
    expect(answer.runs).toBe(world.measured(endpoint));
  });

  it('can be cancelled in any of them', async () => {
    const { handle, endpoint } = await start({ slowAt: { 20: 1.5 }, measureMs: 100 });
    await measured(endpoint, 3);
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow();
    expect(world.cleaned(endpoint)).toBe(true);
  });
});
