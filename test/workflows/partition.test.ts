/** Temporal is away in the middle of a load: never two loads at a time, and the incident goes on. The server is real, and really stopped. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import type { IncidentActivities } from '../../activities/contract.js';
import { createActivities } from '../../activities/create-activities.js';
import { acknowledgeHeartbeat } from '../../adapters/temporal/acknowledge-heartbeat.js';
import { freePort } from '../../adapters/kernel/free-port.js';
import { createIncidentClient } from '../../client/temporal/incident-client.js';
import { operatedServer } from '../../adapters/temporal/connection.js';
import { ensureSearchAttributes } from '../../worker/search-attributes.js';
import { createWorkerHealth } from '../../worker/worker-health.js';
import { loadStartedSignal } from '../../workflows/kernel/messages.js';
import { hostQueue, incidentsQueue, loadQueue } from '../../workflows/kernel/task-queues.js';
import { fakeDependencies, finishedLoad, slowResult } from '../support/stories/fake-dependencies.js';
import { createFakeWorld, fakeHost } from '../support/stories/fake-incident.js';
import { alertOf } from '../support/stories/incident-workers.js';
import { bundleWorkflows, findTemporal } from '../support/temporal.js';
import { until } from '../support/until.js';

/** The first load lasts until it is told to stop, the others for a moment. It counts how many run at once. */
function createLoads() {
  const seen = { running: 0, most: 0, starts: 0, stopped: 0 };
  const runLoad = async ({ signal, onTurn, onStarted }: Parameters<Awaited<ReturnType<typeof fakeDependencies>>['runLoad']>[0]) => {
    onTurn();
    seen.starts += 1;
    seen.running += 1;
    seen.most = Math.max(seen.most, seen.running);
    const startedAt = new Date();
    onStarted({ startedAt: startedAt.toISOString(), measuredInMs: 0, durationMs: 12_000 });
    try {
      await delay(seen.starts === 1 ? endlessMs : 500, undefined, { signal });
    } catch (error) {
      seen.stopped += 1;
      throw error;
    } finally {
      seen.running -= 1;
    }
    const times = { startedAt: startedAt.toISOString(), measuredFrom: startedAt.toISOString(), endedAt: new Date().toISOString() };
    return { ...finishedLoad(slowResult), ...times };
  };
  return { seen, runLoad };
}

/** Longer than the test may last. */
const endlessMs = 600_000;

async function startServer(folder: string, port: number): Promise<ChildProcess> {
  const files = ['--db-filename', join(folder, 'temporal.db'), '--log-level', 'never'];
  const server = spawn(await findTemporal(), ['server', 'start-dev', '--headless', '--port', String(port), ...files], { stdio: 'ignore' });
  for (;;) {
    const connection = await Connection.connect({ address: `127.0.0.1:${port}`, connectTimeout: 500 }).catch(() => null);
    if (connection !== null) {
      await connection.close();
      return server;
    }
    await delay(100);
  }
}

async function stopServer(server: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGKILL');
  await ended;
}

describe('Temporal', { timeout: 180_000 }, () => {
  it('that is away in the middle of a load makes the load stop itself, and the incident go on afterwards', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'partition-'));
    const port = await freePort();
    let server = await startServer(folder, port);
    const address = `127.0.0.1:${port}`;
    // The bundle first: it installs the runtime that every connection of a worker uses.
    const bundle = await bundleWorkflows();
    const [connection, native] = await Promise.all([Connection.connect({ address }), NativeConnection.connect({ address })]);
    const place = operatedServer({ connection: { address }, namespace: 'default' });
    await ensureSearchAttributes(connection, place, () => undefined);
    const client = new Client({ connection });
    const workerClient = new Client({ connection: native });
    const { seen, runLoad } = createLoads();
    const world = createFakeWorld();
    const deps = await fakeDependencies({
      runLoad,
      host: fakeHost,
      acknowledgeHeartbeat: (token, details) => acknowledgeHeartbeat(workerClient, token, details),
      announceLoadStarted: ({ workflowId, runId }, started) =>
        workerClient.workflow.getHandle(workflowId, runId).signal(loadStartedSignal, started),
    });
    // Everything but the load is told by the story; the load activity is the product's own.
    const real = createActivities(deps);
    const activities: IncidentActivities = { ...world.activities, runLoad: (request) => real.runLoad(request) };
    const identity = 'partitioned@bench-1';
    const shared = { identity, connection: native, activities, workflowBundle: bundle, maxHeartbeatThrottleInterval: '1s' } as const;
    const workers = await Promise.all(
      [incidentsQueue, loadQueue, hostQueue(fakeHost)].map((taskQueue) => Worker.create({ ...shared, taskQueue })),
    );
    const running = Promise.all(workers.map((worker) => worker.run()));
    const queues = workers.map((worker) => ({
      taskQueue: worker.options.taskQueue,
      kinds: ['workflow', 'activity'] as const,
      isRunning: () => worker.getState() === 'RUNNING',
      isFull: () => false,
    }));
    const health = createWorkerHealth({ connection: native, namespace: 'default', identity, queues });
    try {
      const incidents = createIncidentClient(client);
      const endpoint = world.tell({});
      const { incidentId } = await incidents.startOrAttach({ endpoint, service: 'shop', symptom: null, options: {}, alert: alertOf('a') });
      await until(() => seen.running === 1);
      await until(async () => (await health()).isReady);
      await stopServer(server);
      // Not ready, and yet no reason to start it again.
      await expect
        .poll(health, { timeout: 60_000 })
        .toMatchObject({ isAlive: true, isReady: false, problem: expect.stringContaining('does not answer') as unknown });
      // By itself, while nobody is there who could tell it to; how long it waits for that is tested in test/activities/fence.test.ts.
      await until(() => seen.stopped === 1);
      expect(seen).toMatchObject({ starts: 1, running: 0 });
      server = await startServer(folder, port);
      const { incident } = await incidents.follow(incidentId, ({ phase }) => phase === 'waiting', { timeoutMs: 100_000 });
      expect(incident).toMatchObject({ outcome: 'localized', confirmation: { verdict: 'confirmed' } });
      expect(seen).toMatchObject({ most: 1, running: 0, stopped: 1 });
      await until(async () => (await health()).isReady);
      await incidents.close(incidentId, {});
    } finally {
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      await running.catch(() => undefined);
      await native.close();
      await connection.close();
      await stopServer(server);
      await rm(folder, { recursive: true, force: true });
    }
  });
});
