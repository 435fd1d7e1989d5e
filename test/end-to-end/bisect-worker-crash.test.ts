/** The worker of a bisect is killed twice, in the middle of a build and in the middle of a load. All parts are real. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BisectRequest } from '../../activities/bisect-contract.js';
import { compiledProgram } from '../../lab/program-path.js';
import { bisectQueue } from '../../workflows/kernel/task-queues.js';
import type { bisectRegression } from '../../workflows/bisect/bisect-regression.js';
import { createGitHistory, type GitHistory } from '../support/git-history.js';
import { k6Binary } from '../support/k6-binary.js';
import { cheap, commands, dear, firstCommit, note, priceFile } from '../support/services/priced-service.js';
import { processesIn, processesMentioning } from '../support/processes-of.js';
import { startTemporal } from '../support/temporal.js';

/** Half of it first: a service that starts from half a build is not this one. */
const slowBuild = `const { writeFileSync } = require('node:fs');
writeFileSync('built.js', 'throw new Error(');
setTimeout(() => writeFileSync('built.js', ''), 1000);
`;
const culprit = 4;

let temporal: TestWorkflowEnvironment;
let history: GitHistory;
let folder = '';
let before = '';
const workers: ChildProcess[] = [];

beforeAll(async () => {
  temporal = await startTemporal();
  history = await createGitHistory(
    [
      { ...firstCommit, files: { ...firstCommit.files, [priceFile]: cheap, 'build.js': slowBuild } },
      ...[1, 2, 3].map(note),
      { message: 'Sign prices', files: { [priceFile]: dear } },
      ...[5, 6].map(note),
    ],
    { v1: 0 },
  );
  before = await history.state();
  folder = await mkdtemp(join(tmpdir(), 'bisect-crash-'));
  const endpoints = { price: { url: 'http://127.0.0.1:1/price', budgets: { p95Ms: 250 } } };
  const repository = { path: history.path, ...commands, start: 'node -r ./built.js server.js' };
  const catalog = { version: 1, services: { shop: { endpoints, repository } }, file: join(folder, 'responder.yaml'), directory: folder };
  const bundle = compiledProgram('workflow-bundle.js');
  await writeFile(
    join(folder, 'worker.json'),
    JSON.stringify({ address: temporal.address, bundle, catalog, k6: k6Binary(), taskQueue: bisectQueue }),
  );
});

afterAll(async () => {
  for (const worker of workers) if (worker.exitCode === null && worker.signalCode === null) await kill(worker);
  await temporal.teardown();
  await Promise.all([history.remove(), rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 })]);
});

async function startWorker(): Promise<ChildProcess> {
  const worker = spawn(process.execPath, [resolve('test/programs/bisect-worker.mjs'), join(folder, 'worker.json')], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  workers.push(worker);
  await Promise.race([
    once(worker.stdout, 'data'),
    once(worker, 'exit').then(([code]) => {
      throw new Error(`the worker ended with ${String(code)} before it was ready`);
    }),
  ]);
  return worker;
}

async function kill(worker: ChildProcess): Promise<void> {
  const gone = once(worker, 'exit');
  worker.kill('SIGKILL');
  await gone;
}

/** Programs of the search that run now: the loads, and all that work in its folder with their guards. */
async function programs(): Promise<{ loads: number; all: number }> {
  const worktrees = join(folder, 'worktrees');
  const [loads, mentioned, inside] = await Promise.all([
    processesMentioning(worktrees, 'k6'),
    processesMentioning(worktrees),
    processesIn(worktrees),
  ]);
  return { loads: loads.length, all: new Set([...mentioned, ...inside]).size };
}

async function isBuilding(): Promise<boolean> {
  const files = await readdir(join(folder, 'worktrees'), { recursive: true }).catch(() => []);
  const built = files.filter((file) => basename(file) === 'built.js').map((file) => join(folder, 'worktrees', file));
  const texts = await Promise.all(built.map((file) => readFile(file, 'utf8').catch(() => '')));
  return texts.some((text) => text !== '');
}

/** The most loads that were seen at the same time. */
function watchLoads(): { stop: () => Promise<number> } {
  const watching = new AbortController();
  const most = (async () => {
    let seen = 0;
    while (!watching.signal.aborted) {
      seen = Math.max(seen, (await programs()).loads);
      await new Promise((done) => setTimeout(done, 100));
    }
    return seen;
  })();
  return {
    stop: () => {
      watching.abort();
      return most;
    },
  };
}

it('the next worker ends the search with the same commit, and nothing is left behind', { timeout: 600_000 }, async () => {
  const first = await startWorker();
  const budgets = { budgetRuns: 60, budgetBuilds: null, budgetMinutes: 30 };
  const question = { good: 'v1', bad: null, metric: 'cpu', minEffect: 1.5, incidentId: null } as const;
  const request: BisectRequest = { bisectId: 'crashed', endpoint: 'shop/price', ...question, ...budgets, hints: { files: [] } };
  const handle = await temporal.client.workflow.start<typeof bisectRegression>('bisectRegression', {
    workflowId: 'crashed',
    taskQueue: bisectQueue,
    args: [{ request, incidentId: null, service: 'shop', endpoint: request.endpoint }],
  });
  const watch = watchLoads();
  try {
    await expect.poll(isBuilding, { timeout: 30_000, interval: 20 }).toBe(true);
    await kill(first);
    // Nobody takes over yet: what it started ends by itself.
    await expect.poll(async () => (await programs()).all, { timeout: 8_000 }).toBe(0);
    const second = await startWorker();
    await expect.poll(async () => (await programs()).loads, { timeout: 40_000, interval: 50 }).toBe(1);
    await kill(second);
    const third = await startWorker();
    const answer = await handle.result();
    expect(answer, answer.reasons.join('; ')).toMatchObject({
      outcome: 'culprit',
      culprit: { commit: history.ids[culprit] },
      skipped: [],
      otherCulprits: [],
    });
    expect(answer.range).toEqual([history.ids[culprit - 1], history.ids[culprit]]);
    expect(await programs()).toEqual({ loads: 0, all: 0 });
    await kill(third);
  } finally {
    expect(await watch.stop()).toBe(1);
  }
  expect(await history.state()).toBe(before);
  expect(await readdir(join(folder, 'worktrees')).catch(() => [])).toEqual([]);
  expect(await readdir(join(history.path, '.git', 'worktrees')).catch(() => [])).toEqual([]);
});
