import type { LoadPermission } from '../../worker/load/load-permission.js';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBisectActivities } from '../../activities/bisect.js';
import type { BisectRequest } from '../../activities/bisect-contract.js';
import { createBisectDependencies } from '../../worker/dependencies/bisect-dependencies.js';
import { bisectHostQueue, bisectQueue } from '../../workflows/kernel/task-queues.js';
import type { bisectRegression, BisectResult } from '../../workflows/bisect/bisect-regression.js';
import { createGitHistory, type GitHistory } from '../support/git-history.js';
import { k6Binary } from '../support/k6-binary.js';
import { pricedCommits, pricedHistory } from '../support/priced-history.js';
import { commands } from '../support/services/priced-service.js';
import { processesIn } from '../support/processes-of.js';
import { bundleWorkflows, startTemporal } from '../support/temporal.js';

const anyLoad: LoadPermission = (load, work) => work(load.signal);

let temporal: TestWorkflowEnvironment;
let history: GitHistory;
let folder = '';
let workers: Worker[];
let running: Promise<unknown>;
let before = '';

beforeAll(async () => {
  const [environment, bundle] = await Promise.all([startTemporal(), bundleWorkflows()]);
  temporal = environment;
  history = await createGitHistory(pricedHistory, { v1: 0, quiet: pricedCommits.quiet });
  before = await history.state();
  folder = await mkdtemp(join(tmpdir(), 'perf-bisect-'));
  const endpoints = { price: { url: 'http://127.0.0.1:1/price?currency=eur', budgets: { p95Ms: 250 } } };
  const services = { shop: { endpoints, repository: { path: history.path, ...commands } } };
  const catalog = { version: 1 as const, services, file: join(folder, 'responder.yaml'), directory: folder };
  const place = { host: 'bench-1', mayLoad: anyLoad, measuringHosts: () => Promise.resolve(['bench-1']) };
  const deps = createBisectDependencies({ catalog, dataDirectory: folder, k6: () => Promise.resolve(k6Binary()) }, place);
  // A search of the catalog's warms each run up for two seconds and more; the step of this history shows in one.
  const runLoad: typeof deps.runLoad = (order) =>
    deps.runLoad({ ...order, plan: { ...order.plan, rate: 60, warmUpMs: 300, durationMs: 1_000 } });
  const shared = {
    connection: temporal.nativeConnection,
    activities: createBisectActivities({ ...deps, runLoad }),
    maxHeartbeatThrottleInterval: '1s',
  } as const;
  // A machine's worktrees are removed on the queue of that machine, which the product's workers serve, too.
  workers = await Promise.all([
    Worker.create({ ...shared, taskQueue: bisectQueue, workflowBundle: bundle }),
    Worker.create({ ...shared, taskQueue: bisectHostQueue('bench-1') }),
  ]);
  running = Promise.all(workers.map((worker) => worker.run()));
});

afterAll(async () => {
  for (const worker of workers) worker.shutdown();
  await running;
  await temporal.teardown();
  await Promise.all([history.remove(), rm(folder, { recursive: true, force: true })]);
});

async function bisect(bisectId: string, change: Partial<BisectRequest>): Promise<BisectResult> {
  const defaults = {
    good: null,
    bad: null,
    metric: 'p95',
    minEffect: 1.5,
    budgetRuns: 120,
    budgetBuilds: null,
    budgetMinutes: 30,
  } as const;
  const request: BisectRequest = { ...defaults, bisectId, endpoint: 'shop/price', hints: { files: [] }, incidentId: null, ...change };
  const answer = await temporal.client.workflow.execute<typeof bisectRegression>('bisectRegression', {
    workflowId: bisectId,
    taskQueue: bisectQueue,
    args: [{ request, incidentId: null, service: 'shop', endpoint: request.endpoint }],
  });
  await nothingLeft();
  return answer;
}

/** No worktree, process, ref or changed file. */
async function nothingLeft(): Promise<void> {
  expect(await history.state()).toBe(before);
  expect(await readdir(join(folder, 'worktrees')).catch(() => [])).toEqual([]);
  expect(await processesIn(folder)).toEqual([]);
}

const idOf = (index: number): string => history.ids[index] ?? '';

describe('a real bisect', () => {
  it('finds the commit inside a merge, past commits that do not build', { timeout: 600_000 }, async () => {
    const answer = await bisect('bisect-merge', { good: 'v1', metric: 'cpu' });
    const { culprit, merge, doNotBuild, failsFast } = pricedCommits;
    expect(answer).toMatchObject({
      outcome: 'culprit',
      culprit: { commit: idOf(culprit), subject: 'Sign prices', author: 'Ada', files: ['price.js'] },
      mergedBy: idOf(merge),
      range: [idOf(culprit - 1), idOf(culprit)],
      otherCulprits: [],
    });
    expect(answer.posterior).toBeGreaterThanOrEqual(0.95);
    expect(answer.effect?.ratio).toBeGreaterThan(1.5);
    expect(answer.skipped.length).toBeGreaterThan(0);
    for (const { commit, reason } of answer.skipped) {
      const index = history.ids.indexOf(commit);
      expect([...doNotBuild, failsFast]).toContain(index);
      expect(reason).toBe(index === failsFast ? 'errors' : 'build-failed');
    }
    expect(answer.posteriorByCommit.map(({ subject }) => subject)).toContain('Merge signed prices');
  });

  it('says that nothing became slower between two commits that are alike', { timeout: 600_000 }, async () => {
    const answer = await bisect('bisect-quiet', { good: 'v1', bad: 'quiet', metric: 'cpu', minEffect: 2 });
    expect(answer).toMatchObject({ outcome: 'no-regression', culprit: null, range: null });
    expect(answer.bracket?.ci[1]).toBeLessThan(2);
  });
});
