import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { WorkflowFailedError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BisectRequest } from '../../activities/bisect-contract.js';
import { workerIdentity } from '../../adapters/temporal/key-in-use.js';
import { bisectHostQueue, bisectQueue } from '../../workflows/kernel/task-queues.js';
import {
  bisectStatusQuery,
  markGoodSignal,
  pauseSignal,
  resumeSignal,
  stopAndReportSignal,
  type BisectProgress,
} from '../../workflows/bisect/messages.js';
import type { bisectRegression, BisectResult } from '../../workflows/bisect/bisect-regression.js';
import { followBisect } from '../../client/temporal/follow-bisect.js';
import { newestNumerics } from '../../core/bisect/numerics.js';
import { createFakeRepositories, idOf, type FakeRepository } from '../support/fake-repositories.js';
import { rowsWithoutSummary } from '../support/stories/histories.js';
import { listMeasuringHosts } from '../../worker/measuring-hosts.js';
import { bundleWorkflows, startTemporal } from '../support/temporal.js';

let temporal: TestWorkflowEnvironment;
let workers: Worker[];
let running: Promise<unknown>;
const world = createFakeRepositories();

beforeAll(async () => {
  const [environment, bundle] = await Promise.all([startTemporal(), bundleWorkflows()]);
  temporal = environment;
  const shared = { connection: temporal.nativeConnection, maxHeartbeatThrottleInterval: '100ms' as const };
  // One worker for the shared queue, as if it ran on the first machine, and one for each machine's own.
  workers = [
    await Worker.create({
      ...shared,
      taskQueue: bisectQueue,
      identity: workerIdentity('bench-1', '0123456789abcdef'),
      workflowBundle: bundle,
      activities: world.activitiesOn('bench-1'),
    }),
    await Worker.create({ ...shared, taskQueue: bisectHostQueue('bench-1'), activities: world.activitiesOn('bench-1') }),
    await Worker.create({ ...shared, taskQueue: bisectHostQueue('bench-2'), activities: world.activitiesOn('bench-2') }),
  ];
  running = Promise.all(workers.map((worker) => worker.run()));
});

afterAll(async () => {
  for (const worker of workers) worker.shutdown();
  await running;
  await temporal.teardown();
});

let count = 0;

async function start(repository: Partial<FakeRepository>, change: Partial<BisectRequest> = {}, progress?: BisectProgress) {
  const endpoint = world.add(repository);
  const bisectId = `bisect-${(count += 1)}`;
  const defaults = {
    good: null,
    bad: null,
    metric: 'p95',
    minEffect: 1.2,
    budgetRuns: 200,
    budgetBuilds: null,
    budgetMinutes: 60,
  } as const;
  const request: BisectRequest = { ...defaults, bisectId, endpoint, hints: { files: [] }, incidentId: null, ...change };
  const handle = await temporal.client.workflow.start<typeof bisectRegression>('bisectRegression', {
    workflowId: bisectId,
    taskQueue: bisectQueue,
    args: [{ request, incidentId: null, service: 'shop', endpoint, ...(progress === undefined ? {} : { progress }) }],
  });
  return { handle, endpoint };
}

async function bisect(repository: Partial<FakeRepository>, change: Partial<BisectRequest> = {}): Promise<BisectResult> {
  const { handle, endpoint } = await start(repository, change);
  const answer = await handle.result();
  expect(rowsWithoutSummary(await handle.fetchHistory())).toEqual([]);
  expect(world.cleaned(endpoint)).toBe(true);
  expect(world.told(endpoint)).toEqual([answer.outcome]);
  return answer;
}

describe('bisectRegression', { timeout: 60_000 }, () => {
  it('names the commit, its parent, its author and what it cost', async () => {
    const answer = await bisect({ slowAt: { 20: 1.5 } });
    expect(answer).toMatchObject({
      outcome: 'culprit',
      culprit: { commit: idOf(20), subject: 'commit 20', author: 'Ada', files: ['file-20.js'] },
      range: [idOf(19), idOf(20)],
      mergedBy: null,
      otherCulprits: [],
      skipped: [],
    });
    expect(answer.posterior).toBeGreaterThanOrEqual(0.95);
    expect(answer.effect?.ci[0]).toBeLessThan(1.5);
    expect(answer.effect?.ci[1]).toBeGreaterThan(1.5);
    expect(answer.posteriorByCommit).toHaveLength(33);
    expect(answer.posteriorByCommit[20]).toMatchObject({ commit: idOf(20), subject: 'commit 20' });
    expect(answer.reasons).toContain('price grew');
  });

  it('descends into a merge and says who merged it', async () => {
    const answer = await bisect({ slowAt: { 12: 2 }, merges: { 12: { commits: 6, slowAt: { 4: 2 } } } });
    expect(answer).toMatchObject({
      outcome: 'culprit',
      culprit: { commit: idOf(1204) },
      mergedBy: idOf(12),
      range: [idOf(1203), idOf(1204)],
    });
  });

  it('blames the merge itself when no commit of its side is slow alone', async () => {
    const answer = await bisect({ slowAt: { 12: 2 }, merges: { 12: { commits: 4, slowAt: {} } } });
    expect(answer).toMatchObject({ outcome: 'culprit', culprit: { commit: idOf(12) }, mergedBy: null });
    expect(answer.reasons.join(' ')).toContain('slow by itself');
  });

  it('answers with a range that holds the truth when the culprit cannot be built', async () => {
    const answer = await bisect({ slowAt: { 20: 1.5 }, broken: { 19: 'build-failed', 20: 'build-failed', 21: 'unhealthy' } });
    expect(answer).toMatchObject({ outcome: 'range', culprit: null, range: [idOf(18), idOf(22)] });
    expect(answer.skipped).toEqual(expect.arrayContaining([{ commit: idOf(20), reason: 'build-failed' }]));
  });

  it('says that there is no regression, with the bracket', async () => {
    const answer = await bisect({});
    expect(answer).toMatchObject({ outcome: 'no-regression', culprit: null, range: null });
    expect(answer.bracket?.ci[1]).toBeLessThan(1.2);
  });

  it('says that the change is not in the code when the good commit breaks the budget now, too', async () => {
    expect(await bisect({ isOverBudget: true })).toMatchObject({ outcome: 'not-in-code', culprit: null });
  });

  it('finds two culprits and calls the larger one the culprit', async () => {
    const answer = await bisect({ slowAt: { 8: 1.5, 24: 2 } });
    expect(answer).toMatchObject({ outcome: 'culprit', culprit: { commit: idOf(24) } });
    expect(answer.otherCulprits.map(({ commit }) => commit)).toEqual([idOf(8)]);
  });

  it('ends in a range when the budget of runs is spent in the search, in nothing when it is spent before', async () => {
    const answer = await bisect({ slowAt: { 20: 1.5 } }, { budgetRuns: 12 });
    expect(answer.outcome).toBe('range');
    const [from = '', to = ''] = answer.range ?? [];
    expect(world.indexOf(from)).toBeLessThan(20);
    expect(world.indexOf(to)).toBeGreaterThanOrEqual(20);
    expect(answer.reasons[0]).toContain('budget of 12 runs');
    expect(await bisect({ slowAt: { 20: 1.5 } }, { budgetRuns: 3 })).toMatchObject({ outcome: 'inconclusive', range: null });
  });

  it('answers inconclusive, cleaned up, when an end cannot be judged or the load itself fails', async () => {
    const dead = await bisect({ slowAt: { 20: 1.5 }, broken: { 32: 'errors' } });
    expect(dead).toMatchObject({ outcome: 'inconclusive', skipped: [{ commit: idOf(32), reason: 'errors' }] });
    const failed = await bisect({ failing: 'reset before the measurement failed' });
    expect(failed.outcome).toBe('inconclusive');
    expect(failed.reasons[0]).toContain('reset before the measurement failed');
  });

  it('answers first: cleaning up that fails at first is tried again, and what cannot be told of the culprit is not needed', async () => {
    const answer = await bisect({ slowAt: { 20: 1.5 }, isNameless: true, cleanUpFailures: 2 });
    expect(answer).toMatchObject({ outcome: 'culprit', culprit: { commit: idOf(20), subject: '' }, range: [idOf(19), idOf(20)] });
    expect(answer.reasons.join('\n')).toMatch(/could not be described: git show failed/);
  });

  it('is told to whoever follows as soon as it is known, and cleaned up afterwards', async () => {
    // Tried again after one, two, four seconds.
    const { handle, endpoint } = await start({ slowAt: { 20: 1.5 }, cleanUpFailures: 3 });
    const said: string[] = [];
    const { answer, cleanedUp } = await followBisect({ client: temporal.client, handle, isOwn: true, comeBack: '' }, (line) =>
      said.push(line),
    );
    expect(answer).toMatchObject({ outcome: 'culprit', culprit: { commit: idOf(20) } });
    expect((await handle.describe()).status.name).toBe('RUNNING');
    expect(world.cleaned(endpoint)).toBe(false);
    await cleanedUp;
    expect((await handle.describe()).status.name).toBe('COMPLETED');
    expect(world.cleaned(endpoint)).toBe(true);
    expect(said.join('\n')).not.toContain('not gone yet');
    // Whoever is told elsewhere waits for no cleaning, either.
    const { events } = await handle.fetchHistory();
    const asked = (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: scheduled }) => scheduled?.activityType?.name ?? []);
    const last = ['writeBisectReport', 'notifyBisectEnd', 'cleanUpBisect'];
    expect(asked.filter((name) => last.includes(name)).slice(0, last.length)).toEqual(last);
  });

  it('goes on with the numbers with which it began, and refuses those that this build does not know', async () => {
    const endpoint = world.add({ slowAt: { 20: 1.5 } });
    const start = { request: null, incidentId: null, service: 'shop', endpoint, numerics: newestNumerics + 1 };
    const workflowId = 'bisect-of-a-newer-build';
    const handle = await temporal.client.workflow.start<typeof bisectRegression>('bisectRegression', {
      workflowId,
      taskQueue: bisectQueue,
      args: [start],
    });
    await expect(handle.result()).rejects.toSatisfy(
      (error) =>
        error instanceof WorkflowFailedError &&
        /numerics that this build knows .*let the workers be upgraded/.test(error.cause?.message ?? ''),
    );
  });

  it('refuses with the words of the plan when a person asked with a wrong name', async () => {
    const { handle } = await start({ refusal: 'Expected a commit, tag or branch, got "v9"' });
    await expect(handle.result()).rejects.toSatisfy(
      (error) => error instanceof WorkflowFailedError && error.cause?.message.includes('got "v9"') === true,
    );
  });
});

describe('several machines', { timeout: 60_000 }, () => {
  it('are the ones whose workers Temporal sees on the queue, and this one', async () => {
    const { nativeConnection, namespace } = temporal;
    const seen = (): Promise<string[]> => listMeasuringHosts(nativeConnection, namespace ?? 'default', 'bench-3');
    await expect.poll(seen).toEqual(['bench-1', 'bench-3']);
  });

  const hosts = { 'bench-1': 1, 'bench-2': 1.7 };

  it('measure at the same time, each against its own level, and both are cleaned up', async () => {
    const { handle, endpoint } = await start({ slowAt: { 20: 1.5 }, hosts, measureMs: 30 });
    const answer = await handle.result();
    expect(answer).toMatchObject({ outcome: 'culprit', culprit: { commit: idOf(20) } });
    // Which machine is first decides the numbers: the estimate is far from 1.7, the ratio of the machines, in any order.
    expect(answer.effect?.ratio).toBeGreaterThan(1.4);
    expect(answer.effect?.ratio).toBeLessThan(1.6);
    expect(world.mostAtOnce(endpoint)).toBe(2);
    expect([...new Set(world.measurements(endpoint).map(({ host }) => host))].sort()).toEqual(['bench-1', 'bench-2']);
    expect(world.cleanedHosts(endpoint).sort()).toEqual(['bench-1', 'bench-2']);
    expect(rowsWithoutSummary(await handle.fetchHistory())).toEqual([]);
  });

  it('go on without the one that cannot measure, and the answer says so', async () => {
    const answer = await bisect({ slowAt: { 20: 1.5 }, hosts, failingHosts: ['bench-2'] });
    expect(answer).toMatchObject({ outcome: 'culprit', culprit: { commit: idOf(20) } });
    expect(answer.reasons.join(' ')).toMatch(/bench-2 measures no more: .* no such commit/);
  });

  it('see no regression where only the machines differ', async () => {
    expect(await bisect({ hosts })).toMatchObject({ outcome: 'no-regression', culprit: null });
  });
});

describe('builds', { timeout: 60_000 }, () => {
  it('are made ahead of the runs that are likely next, and every one is counted', async () => {
    const { handle, endpoint } = await start({ slowAt: { 20: 1.5 }, buildMs: 60_000, measureMs: 20 });
    const answer = await handle.result();
    expect(answer).toMatchObject({ outcome: 'culprit', culprit: { commit: idOf(20) } });
    const ahead = world.builtAhead(endpoint).map((entry) => entry.slice(0, 40));
    const first = world
      .measurements(endpoint)
      .filter(({ commit }, index, all) => all.findIndex((each) => each.commit === commit) === index);
    expect(first.filter(({ commit, buildMs }) => buildMs === null && ahead.includes(commit)).length).toBeGreaterThan(0);
    expect(answer.builds).toBe(ahead.length + first.filter(({ buildMs }) => buildMs !== null).length);
  });

  it('have a budget of their own; when it is spent the answer is a range that holds the truth', async () => {
    const answer = await bisect({ slowAt: { 20: 1.5 }, buildMs: 60_000 }, { budgetBuilds: 4 });
    expect(answer.outcome).toBe('range');
    expect(answer.builds).toBeLessThanOrEqual(4);
    expect(answer.reasons.join(' ')).toContain('budget of 4 builds');
    const [from = '', to = ''] = answer.range ?? [];
    expect(world.indexOf(from)).toBeLessThan(20);
    expect(world.indexOf(to)).toBeGreaterThanOrEqual(20);
  });

  it('that fail ahead are no scapegoats', async () => {
    const broken = Object.fromEntries([15, 16, 17].map((index) => [index, 'build-failed' as const]));
    const answer = await bisect({ slowAt: { 16: 1.5 }, buildMs: 60_000, broken, measureMs: 20 });
    expect(answer).toMatchObject({ outcome: 'range', culprit: null, range: [idOf(14), idOf(18)] });
  });
});

describe('people during a search', { timeout: 60_000 }, () => {
  it('can pause and resume it', async () => {
    const { handle, endpoint } = await start({ slowAt: { 20: 1.5 }, measureMs: 40 });
    await expect.poll(() => world.measured(endpoint), { timeout: 20_000 }).toBeGreaterThan(2);
    await handle.signal(pauseSignal, {});
    await expect.poll(async () => (await handle.query(bisectStatusQuery)).isPaused).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const paused = world.measured(endpoint);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(world.measured(endpoint)).toBe(paused);
    await handle.signal(resumeSignal, {});
    expect(await handle.result()).toMatchObject({ outcome: 'culprit', culprit: { commit: idOf(20) } });
  });

  it('can stop it and get what is known', async () => {
    const { handle, endpoint } = await start({ slowAt: { 20: 1.5 }, measureMs: 60 });
    await expect.poll(() => world.measured(endpoint), { timeout: 20_000 }).toBeGreaterThan(9);
    await handle.signal(stopAndReportSignal, {});
    const answer = await handle.result();
    expect(answer.outcome).toBe('range');
    expect(answer.reasons).toContain('stopped on request');
  });

  it('can say that a commit is good, by the first letters of its id', async () => {
    const { handle, endpoint } = await start({ slowAt: { 20: 1.5 }, measureMs: 40 });
    await handle.signal(markGoodSignal, { commit: idOf(18).slice(0, 12), by: 'ada' });
    const answer = await handle.result();
    expect(answer).toMatchObject({ outcome: 'culprit', culprit: { commit: idOf(20) } });
    expect(world.measured(endpoint)).toBeLessThan(40);
  });

  it('can cancel it, and nothing stays behind', async () => {
    const { handle, endpoint } = await start({ slowAt: { 20: 1.5 }, measureMs: 200 });
    await expect.poll(() => world.measured(endpoint), { timeout: 20_000 }).toBeGreaterThan(1);
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow();
    expect(world.cleaned(endpoint)).toBe(true);
  });
});

describe('a search that continues as new', { timeout: 60_000 }, () => {
  it('goes on from its measurements and repeats none', async () => {
    const first = await start({ slowAt: { 20: 1.5 } });
    await first.handle.result();
    const measurements = world.measurements(first.endpoint).slice(0, -3);
    const progress = {
      measurements,
      prebuilt: [],
      since: { main: 0 },
      answers: {},
      goodMarks: [],
      badMarks: [],
      skipMarks: [],
      startedAtMs: Date.now(),
    };
    const { handle, endpoint } = await start({ slowAt: { 20: 1.5 } }, {}, progress);
    const answer = await handle.result();
    expect(answer).toMatchObject({ outcome: 'culprit', culprit: { commit: idOf(20) } });
    // The two runs under the profiler are runs, too.
    expect(world.measured(endpoint) + 2).toBe(answer.runs - measurements.length);
  });
});
