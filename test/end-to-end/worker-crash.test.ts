/** The worker is killed twice in one incident, in the middle of the load and in the middle of the captures. All parts are real. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createIncidentClient } from '../../client/temporal/incident-client.js';
import { findIncident } from '../../client/temporal/incident-lookup.js';
import type { Incident } from '../../core/model/incident.js';
import { hotService } from '../support/services/hot-service.js';
import { startNodeProgram, type NodeProgram } from '../support/services/node-program.js';
import { processesMentioning } from '../support/processes-of.js';
import { startTemporal } from '../support/temporal.js';

const users = 4;
let environment: TestWorkflowEnvironment;
let service: NodeProgram;
let folder: string;
const workers: ChildProcess[] = [];
let survived: Incident | null = null;

beforeAll(async () => {
  [environment, service, folder] = await Promise.all([
    startTemporal(),
    // A port of its own for its inspector: the usual one may be somebody else's.
    startNodeProgram(hotService, ['--inspect-port=0']),
    mkdtemp(join(tmpdir(), 'worker-crash-')),
  ]);
  const url = `http://127.0.0.1:${service.port}/quotes`;
  const load = `{ executor: constant-vus, vus: ${users}, duration: 10s, warmUp: 2s }`;
  const endpoint = `quotes: { url: '${url}', budgets: { p95Ms: 2 }, load: ${load} }`;
  await writeFile(join(folder, 'responder.yaml'), `version: 1\nservices: { shop: { endpoints: { ${endpoint} } } }\n`);
});

afterAll(async () => {
  for (const worker of workers) if (worker.exitCode === null && worker.signalCode === null) await kill(worker);
  await service.stop();
  await environment.teardown();
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
});

/** Of the worker that was started last. */
let health = '';

/** A worker process as an operator starts it; resolves when it polls. */
async function startWorker(): Promise<ChildProcess> {
  const programArguments = ['worker', '--catalog', 'responder.yaml', '--address', environment.address, '--json'];
  programArguments.push('--health-address', '127.0.0.1:0');
  const worker = spawn(process.execPath, [resolve('bin/perf-responder.js'), ...programArguments], {
    cwd: folder,
    env: { ...process.env, PERF_RESPONDER_DATA: join(folder, 'data') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  workers.push(worker);
  await Promise.race([
    once(worker.stdout, 'data').then(([line]) => ({ health } = JSON.parse(String(line)) as { health: string })),
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

async function stats(): Promise<{ mostOpen: number; requests: number }> {
  const response = await fetch(`http://127.0.0.1:${service.port}/stats`, { headers: { connection: 'close' } });
  return (await response.json()) as { mostOpen: number; requests: number };
}

describe('a worker that is killed', () => {
  it(
    'during the load and during the captures leaves the incident to the next one, with one load at a time',
    { timeout: 400_000 },
    async () => {
      const incidents = createIncidentClient(environment.client);
      const alert = {
        source: 'cli',
        id: 'crash',
        status: 'firing',
        title: 'slow',
        startsAt: null,
        receivedAt: new Date().toISOString(),
      } as const;
      const first = await startWorker();
      const { incidentId } = await incidents.startOrAttach({
        ...{ endpoint: 'shop/quotes', service: 'shop', symptom: null, options: {} },
        alert: { ...alert, labels: {}, severity: null, symptom: null, links: [] },
      });
      await expect.poll(async () => (await stats()).requests, { timeout: 90_000, interval: 100 }).toBeGreaterThan(0);
      await kill(first);
      const second = await startWorker();
      const before = (await stats()).requests;
      // The second try of the load begins when the first one's heartbeat is missed; its captures start after the warm-up.
      await expect.poll(async () => (await stats()).requests, { timeout: 90_000, interval: 100 }).toBeGreaterThan(before + 100);
      await expect.poll(() => loadTries(incidentId), { timeout: 60_000 }).toBe(2);
      await kill(second);
      await startWorker();
      const { incident } = await incidents.follow(incidentId, ({ phase }) => phase === 'waiting', { timeoutMs: 200_000 });
      expect(incident.confirmation?.verdict).toBe('confirmed');
      survived = incident;
      expect(await loadTries(incidentId)).toBe(3);
      expect((await stats()).mostOpen).toBe(users);
      expect(await processesMentioning(folder, 'k6')).toEqual([]);
      await incidents.close(incidentId, {});
    },
  );

  it('comes to the same answer as one that lived', () => {
    expect(survived?.outcome).toBe('localized');
    expect(survived?.causes[0]?.location.frame).toBe('computeShippingQuotes');
  });
});

describe('a worker that is stopped', () => {
  // What the tests above left, whatever became of them.
  beforeAll(async () => {
    for (const worker of workers) if (worker.exitCode === null && worker.signalCode === null) await kill(worker);
    const incidents = createIncidentClient(environment.client);
    for (const { incidentId, endedAt } of await incidents.list())
      if (endedAt === null)
        await environment.client.workflow.getHandle((await findIncident(environment.client, incidentId)).workflowId).terminate();
  });

  it(
    'hands its load over: it ends in time and in order, and the next one begins that load again at once',
    { timeout: 300_000 },
    async () => {
      const incidents = createIncidentClient(environment.client);
      const first = await startWorker();
      await expect.poll(async () => (await fetch(`${health}/readyz`)).status, { timeout: 60_000 }).toBe(200);
      expect(await (await fetch(`${health}/readyz`)).json()).toMatchObject({
        ready: true,
        queues: expect.arrayContaining([{ queue: 'load', kind: 'activity', isPolled: true }]) as unknown,
      });
      const receivedAt = new Date().toISOString();
      const alert = { source: 'cli', id: 'stop', status: 'firing', title: 'slow', startsAt: null, receivedAt } as const;
      const before = (await stats()).requests;
      const { incidentId } = await incidents.startOrAttach({
        ...{ endpoint: 'shop/quotes', service: 'shop', symptom: null, options: {} },
        alert: { ...alert, labels: {}, severity: null, symptom: null, links: [] },
      });
      await expect.poll(async () => (await stats()).requests, { timeout: 90_000, interval: 100 }).toBeGreaterThan(before);
      const gone = once(first, 'exit');
      first.kill('SIGTERM');
      // Two seconds of grace and twenty to stop what runs; orchestrators kill after thirty.
      expect(await Promise.race([gone.then(([code]) => code as number | null), delay(25_000, 'still there')])).toBe(0);
      expect(await processesMentioning(folder, 'k6')).toEqual([]);
      const between = (await stats()).requests;
      await startWorker();
      await expect.poll(async () => (await stats()).requests, { timeout: 90_000, interval: 100 }).toBeGreaterThan(between + 20);
      // It was handed over: nobody had to wait until its heartbeat was missed.
      expect(await lastFailures(incidentId)).toEqual(['applicationFailureInfo']);
      await incidents.cancel(incidentId);
      await expect.poll(() => processesMentioning(folder, 'k6'), { timeout: 50_000 }).toEqual([]);
    },
  );
});

/** Starts of k6 that the workflow was told of. */
async function loadTries(incidentId: string): Promise<number> {
  const { workflowId, runId } = await findIncident(environment.client, incidentId);
  const { events } = await environment.client.workflow.getHandle(workflowId, runId).fetchHistory();
  return (events ?? []).filter((event) => event.workflowExecutionSignaledEventAttributes?.signalName === 'loadStarted').length;
}

/** How the earlier tries of what runs now ended. */
async function lastFailures(incidentId: string): Promise<string[]> {
  const { workflowId, runId } = await findIncident(environment.client, incidentId);
  const { raw } = await environment.client.workflow.getHandle(workflowId, runId).describe();
  return (raw.pendingActivities ?? []).flatMap(({ lastFailure }) =>
    Object.keys(lastFailure ?? {}).filter((key) => key.endsWith('FailureInfo')),
  );
}
