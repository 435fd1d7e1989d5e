/** Real measurements of real commits: database time, what is said when it cannot be had, and cancellation in every phase. */
import type { LoadPermission } from '../../worker/load/load-permission.js';
import { createRequire } from 'node:module';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBisectActivities } from '../../activities/bisect.js';
import type { BisectActivities } from '../../activities/bisect-contract.js';
import type { CatalogRepository } from '../../config/catalog-schema.js';
import type { BisectMetric } from '../../core/model/bisect.js';
import type { LoadPlan } from '../../core/model/load-result.js';
import { createBisectDependencies } from '../../worker/dependencies/bisect-dependencies.js';
import { createGitHistory, type CommitSpec, type GitHistory } from '../support/git-history.js';
import { inActivity, quietEnvironment } from '../support/in-activity.js';
import { k6Binary } from '../support/k6-binary.js';
import { startPostgres, type TestPostgres } from '../support/services/postgres.js';
import { processesIn, processesMentioning } from '../support/processes-of.js';

const anyLoad: LoadPermission = (load, work) => work(load.signal);

/** Each request is one statement over so many rows. */
const server = `const { createServer } = require('node:http');
const { Client } = require(process.env.PG_MODULE);
const { rows, isDeaf, isHealthy } = require('./settings.js');
const database = new Client({ connectionString: process.env.DATABASE });
if (isDeaf) process.on('SIGTERM', () => {});
database.connect().then(() => {
  createServer(async (request, response) => {
    if (request.url === '/healthz') return response.writeHead(isHealthy ? 200 : 503).end();
    response.end(JSON.stringify((await database.query('SELECT sum(n) FROM generate_series(1, ' + rows + ') n')).rows));
  }).listen(Number(process.env.PORT), '127.0.0.1');
});
`;

const settings = (rows: number, isDeaf = false, isHealthy = true): Record<string, string> => ({
  'settings.js': `module.exports = { rows: ${rows}, isDeaf: ${isDeaf}, isHealthy: ${isHealthy} };\n`,
});

const [cheap, dear, deaf, neverHealthy, neverBuilt] = [0, 1, 2, 3, 4];
const commits: CommitSpec[] = [
  { message: 'Few rows', files: { 'server.js': server, 'build.sh': 'true\n', ...settings(2_000) } },
  { message: 'Many rows', files: settings(60_000) },
  { message: 'Deaf', files: settings(2_000, true) },
  { message: 'Never healthy', files: settings(2_000, true, false) },
  { message: 'Never built', files: { 'build.sh': "trap '' TERM; while :; do sleep 0.1; done\n" } },
];

let postgres: TestPostgres;
let history: GitHistory;
let folder = '';

beforeAll(async () => {
  [postgres, history, folder] = await Promise.all([startPostgres(), createGitHistory(commits), mkdtemp(join(tmpdir(), 'bisect-measure-'))]);
});

afterAll(async () => {
  await Promise.all([postgres.stop(), history.remove(), rm(folder, { recursive: true, force: true })]);
});

const load: LoadPlan = {
  ...{ executor: 'constant-arrival-rate', vus: 4, maxVus: 10, rate: 40, script: null, stopAtErrorRatio: null },
  ...{ durationMs: 1_500, rampUpMs: 0, warmUpMs: 500 },
};

async function activitiesWith(change: Partial<CatalogRepository> = {}, databaseUrl = postgres.url): Promise<BisectActivities> {
  const secret = join(folder, 'connection');
  await writeFile(secret, databaseUrl, { mode: 0o600 });
  const env = { DATABASE: postgres.url, PG_MODULE: createRequire(import.meta.url).resolve('pg') };
  const commands = { build: 'sh build.sh', start: 'exec node server.js', health: 'http://127.0.0.1:{port}/healthz', env };
  const service = {
    endpoints: { sum: { url: 'http://127.0.0.1:1/sum' } },
    databases: { main: { kind: 'postgres' as const, connection: { file: secret } } },
    repository: { path: history.path, ...commands, ...change },
  };
  const catalog = { version: 1 as const, services: { shop: service }, file: join(folder, 'responder.yaml'), directory: folder };
  const place = { host: 'bench-1', mayLoad: anyLoad, measuringHosts: () => Promise.resolve(['bench-1']) };
  return createBisectActivities(createBisectDependencies({ catalog, dataDirectory: folder, k6: () => Promise.resolve(k6Binary()) }, place));
}

const about = { bisectId: 'measured', endpoint: 'shop/sum' };
const idOf = (index: number): string => history.ids[index] ?? '';

async function measure(
  activities: BisectActivities,
  index: number,
  { metric = 'db-time', plan = load, environment = quietEnvironment() }: MeasureOptions = {},
): ReturnType<BisectActivities['measureCommit']> {
  return await inActivity(() => activities.measureCommit({ ...about, commit: idOf(index), load: plan, metric }), environment);
}

interface MeasureOptions {
  metric?: BisectMetric;
  plan?: LoadPlan;
  environment?: MockActivityEnvironment;
}

async function failureOf(work: Promise<unknown>): Promise<ApplicationFailure> {
  const failure: unknown = await work.catch((error: unknown) => error);
  if (failure instanceof ApplicationFailure) return failure;
  throw new Error(`expected an application failure, got ${String(failure)}`);
}

/** No program of ours, and after the clean-up no worktree. */
async function nothingLeft(activities: BisectActivities): Promise<void> {
  expect([...(await processesMentioning(folder)), ...(await processesIn(folder))]).toEqual([]);
  await activities.cleanUpBisect(about);
  expect(await history.git('worktree', 'list')).not.toContain(folder);
}

describe('database time of a commit', { timeout: 60_000 }, () => {
  it('is counted per request, so that the dearer statement shows', async () => {
    const activities = await activitiesWith();
    // Long enough for a busy machine to see it begin: until then nothing is counted.
    const plan = { ...load, durationMs: 4_000 };
    const [good, bad] = [await measure(activities, cheap, { plan }), await measure(activities, dear, { plan })].map(
      ({ measurement }) => measurement,
    );
    if (good?.ok !== true || bad?.ok !== true) throw new Error(`not measured: ${good?.detail ?? ''} ${bad?.detail ?? ''}`);
    // Thirty times the rows. Per request, so that it is milliseconds, not the seconds of the whole run.
    expect(Math.exp(bad.logMetric - good.logMetric)).toBeGreaterThan(4);
    expect(Math.exp(bad.logMetric)).toBeLessThan(100);
    expect(bad.detail).toMatch(/^db-time \d/);
    await nothingLeft(activities);
  });

  it('cannot be had without pg_stat_statements: the answer says what to do, and no commit is to blame', async () => {
    const bare = new URL(postgres.url);
    bare.pathname = '/postgres';
    const activities = await activitiesWith({}, bare.href);
    const failure = await failureOf(measure(activities, cheap));
    expect(failure.nonRetryable).toBe(true);
    expect(failure.message).toMatch(/of database main: pg_stat_statements is loaded, but not created.*CREATE EXTENSION pg_stat_statements/);
    await nothingLeft(activities);
  });

  it('may be had later when the database does not answer now', async () => {
    const failure = await failureOf(measure(await activitiesWith({}, 'postgres://ada:s3cret@127.0.0.1:1/shop'), cheap));
    expect(failure).toMatchObject({ nonRetryable: false, type: 'ProgramFailedError' });
    expect(failure.message).toContain('127.0.0.1:1/shop');
    expect(failure.message).not.toContain('s3cret');
  });
});

describe('a failing reset', { timeout: 60_000 }, () => {
  it('is named with its last words, and no commit is to blame', async () => {
    const activities = await activitiesWith({ reset: 'echo no such snapshot >&2; exit 4' });
    const failure = await failureOf(measure(activities, cheap));
    expect(failure.message).toMatch(/^reset before the measurement failed: .* ended with 4: no such snapshot$/);
    await nothingLeft(activities);
  });
});

describe('a cancellation', { timeout: 60_000 }, () => {
  const endless: LoadPlan = { ...load, durationMs: 40_000 };

  /** Cancels when the heartbeat shows the phase; an ordinary stop of a deaf program would take five seconds. */
  async function cancelledIn(phase: string, run: (environment: MockActivityEnvironment) => Promise<unknown>): Promise<void> {
    const environment = quietEnvironment();
    const reached = new Promise<void>((resolve) => {
      environment.on('heartbeat', ({ state }: { state: string }) => {
        if (state === phase) resolve();
      });
    });
    const ended = run(environment).catch((error: unknown) => error);
    await reached;
    environment.cancel('CANCELLED');
    const patience = new Promise((resolve) => setTimeout(resolve, 3_500, 'still running').unref());
    expect(await Promise.race([ended, patience])).toBeInstanceOf(CancelledFailure);
  }

  it.each([
    ['build', neverBuilt],
    ['start', neverHealthy],
    ['load', deaf],
  ])('during the %s leaves no process, although nobody listens to SIGTERM', async (phase, index) => {
    const activities = await activitiesWith();
    await cancelledIn(phase, (environment) => measure(activities, index, { metric: 'p95', plan: endless, environment }));
    await nothingLeft(activities);
  });

  it('during the profiles leaves neither load nor service', async () => {
    const activities = await activitiesWith();
    const request = { ...about, parent: idOf(deaf), culprit: idOf(dear), load: endless };
    await cancelledIn('load', (environment) => inActivity(() => activities.compareProfiles(request), environment));
    await nothingLeft(activities);
  });
});
