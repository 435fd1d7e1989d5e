/** The worker of two runs is killed in the middle of a step of each: nothing runs twice, nothing that may have happened stays. All parts are real. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { artifactDirectory, createArtifactStore } from '../../adapters/artifacts/artifact-store.js';
import { createRunbookClient, type RunbookClient } from '../../client/temporal/runbook-client.js';
import type { RunDocument } from '../../core/command/runbook/run-document.js';
import { compiledProgram } from '../../lab/program-path.js';
import { incidentsQueue } from '../../workflows/kernel/task-queues.js';
import { abortRunUpdate } from '../../workflows/runbook/messages.js';
import { startPostgres, type TestPostgres } from '../support/services/postgres.js';
import { startTemporal } from '../support/temporal.js';
import { until } from '../support/until.js';

const by = { person: 'alice', proof: 'unverified' } as const;
let temporal: TestWorkflowEnvironment;
let runs: RunbookClient;
let postgres: TestPostgres;
let folder = '';
const workers: ChildProcess[] = [];

beforeAll(async () => {
  [temporal, postgres] = await Promise.all([startTemporal(), startPostgres()]);
  // Workers inherit it.
  process.env['TEST_CRASH_PG'] = postgres.url;
  folder = await mkdtemp(join(tmpdir(), 'runbook-crash-'));
  const dataDirectory = join(folder, 'data');
  runs = createRunbookClient(temporal.client, createArtifactStore({ directory: artifactDirectory(dataDirectory) }));
  const endpoints = { order: { url: 'http://127.0.0.1:1/order', budgets: { p95Ms: 250 } } };
  const databases = { main: { kind: 'postgres', connection: { env: 'TEST_CRASH_PG' } } };
  const catalog = { version: 1, services: { shop: { endpoints, databases } }, file: join(folder, 'responder.yaml'), directory: folder };
  const bundle = compiledProgram('workflow-bundle.js');
  const settings = { address: temporal.address, bundle, catalog, dataDirectory, taskQueue: incidentsQueue };
  await writeFile(join(folder, 'worker.json'), JSON.stringify(settings));
});

afterAll(async () => {
  for (const worker of workers) await kill(worker);
  delete process.env['TEST_CRASH_PG'];
  await Promise.all([temporal.teardown(), postgres.stop()]);
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
});

async function startWorker(): Promise<ChildProcess> {
  const worker = spawn(process.execPath, [resolve('test/programs/runbook-worker.mjs'), join(folder, 'worker.json')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  workers.push(worker);
  await once(worker.stdout, 'data');
  return worker;
}

async function kill(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  worker.kill('SIGKILL');
  await once(worker, 'exit');
}

/** A step that acts, then takes long: it is killed in between. */
const text = (name: string, probe: string): string => `apiVersion: perf-responder/runbook.v1
name: ${name}
title: ${name}
service: shop
risk: low
steps:
  - { id: one, kind: command, run: [sh, -c, 'echo one >> ${name}.log'], rollback: { run: [sh, -c, 'echo undo-one >> ${name}.log'] } }
  - { id: two, kind: command, run: [sh, -c, 'echo two >> ${name}.log; sleep 120; echo late >> ${name}.log'], timeout: 5m${probe}, rollback: { run: [sh, -c, 'echo undo-two >> ${name}.log'] } }
  - { id: three, kind: command, run: [sh, -c, 'echo three >> ${name}.log'] }
`;

const endlessly = 'INSERT INTO marks SELECT 1 FROM pg_sleep(600)';

/** A statement that writes and takes long: its worker is killed while the server is at work. */
const sqlText = `apiVersion: perf-responder/runbook.v1
name: marks
title: marks
service: shop
risk: medium
steps:
  - { id: mark, kind: sql, database: shop/main, sql: ${endlessly}, timeout: 9m, rollback: { kind: sql, database: main, sql: INSERT INTO marks VALUES (2) } }
`;

const logged = async (name: string): Promise<string[]> =>
  existsSync(join(folder, `${name}.log`)) ? (await readFile(join(folder, `${name}.log`), 'utf8')).trim().split('\n') : [];

const settled = (runId: string): Promise<RunDocument> =>
  until(async () => {
    const run = await runs.document(runId).catch(() => null);
    return run !== null && (run.result !== 'waiting' || run.waitsFor !== null) ? run : null;
  }, 60_000);

it('asks the probe, or a person, about a step whose worker was killed, and undoes it when the run is aborted', async () => {
  const first = await startWorker();
  const flags = { isDryRun: false, isGuided: false, approvesItself: false, given: {}, by };
  const start = (name: string, probe = ''): Promise<string> => runs.start({ file: `${name}.yaml`, text: text(name, probe), ...flags });
  const probed = await start('probed', `, probe: { run: [sh, -c, 'grep -c two probed.log || true'], done: '== 1' }`);
  const asked = await start('asked');
  await until(async () => (await logged('probed')).length === 2 && (await logged('asked')).length === 2);
  await kill(first);
  await startWorker();
  const answered = await settled(probed);
  expect(answered).toMatchObject({ result: 'success', steps: [{}, { state: 'completed', attempts: 1 }, { state: 'completed' }] });
  expect(await logged('probed')).toEqual(['one', 'two', 'three']);
  const waiting = await settled(asked);
  expect(waiting).toMatchObject({
    result: 'waiting',
    steps: [{}, { state: 'unknown' }, { state: 'pending' }],
    waitsFor: { kind: 'unknown', step: 'two' },
  });
  await runs.update(asked, abortRunUpdate, { by });
  expect(await settled(asked)).toMatchObject({
    result: 'aborted',
    rollback: [
      { id: 'two', state: 'done' },
      { id: 'one', state: 'done' },
    ],
  });
  expect(await logged('asked')).toEqual(['one', 'two', 'undo-two', 'undo-one']);
}, 90_000);

it('never runs the statement of a killed worker a second time by itself, and leaves no half of it in the database', async () => {
  const admin = await postgres.connect('admin');
  await admin.query('CREATE TABLE marks (id int)');
  const statements = async (): Promise<number> =>
    (await admin.query("SELECT FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'INSERT INTO marks SELECT%'")).rows.length;
  await startWorker();
  const flags = { isDryRun: false, isGuided: false, approvesItself: true, given: {}, by };
  const runId = await runs.start({ file: 'marks.yaml', text: sqlText, ...flags });
  await until(async () => (await statements()) === 1);
  // The one of the test before may have taken the step.
  for (const worker of workers) await kill(worker);
  // Nobody waits for it any more: the server ends it, long before its time limit.
  await until(async () => (await statements()) === 0);
  await startWorker();
  expect(await settled(runId)).toMatchObject({ steps: [{ state: 'unknown' }], waitsFor: { kind: 'unknown', step: 'mark' } });
  expect([await statements(), (await admin.query('SELECT id FROM marks')).rows]).toEqual([0, []]);
  await runs.update(runId, abortRunUpdate, { by });
  expect(await settled(runId)).toMatchObject({ result: 'aborted', rollback: [{ id: 'mark', state: 'done' }] });
  expect((await admin.query('SELECT id FROM marks')).rows).toEqual([{ id: 2 }]);
}, 90_000);
