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
import { startTemporal } from '../support/temporal.js';
import { until } from '../support/until.js';

const by = { person: 'alice', proof: 'unverified' } as const;
let temporal: TestWorkflowEnvironment;
let runs: RunbookClient;
let folder = '';
const workers: ChildProcess[] = [];

beforeAll(async () => {
  temporal = await startTemporal();
  folder = await mkdtemp(join(tmpdir(), 'runbook-crash-'));
  const dataDirectory = join(folder, 'data');
  runs = createRunbookClient(temporal.client, createArtifactStore({ directory: artifactDirectory(dataDirectory) }));
  const endpoints = { order: { url: 'http://127.0.0.1:1/order', budgets: { p95Ms: 250 } } };
  const catalog = { version: 1, services: { shop: { endpoints } }, file: join(folder, 'responder.yaml'), directory: folder };
  const bundle = compiledProgram('workflow-bundle.js');
  const settings = { address: temporal.address, bundle, catalog, dataDirectory, taskQueue: incidentsQueue };
  await writeFile(join(folder, 'worker.json'), JSON.stringify(settings));
});

afterAll(async () => {
  for (const worker of workers) await kill(worker);
  await temporal.teardown();
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
