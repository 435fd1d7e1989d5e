/** Two builds side by side: what began on the old one ends there, what begins afterwards begins on the new one. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startResponderHook } from '../../client/hook/start-hook.js';
import { createIncidentClient } from '../../client/temporal/incident-client.js';
import { findIncident } from '../../client/temporal/incident-lookup.js';
import { parseCatalog } from '../../config/catalog.js';
import { openProbe } from '../../worker/health-server.js';
import { createWorkerHealth, type ServedQueue } from '../../worker/worker-health.js';
import { deploymentName, makeCurrent, versionOptions } from '../../worker/worker-version.js';
import { hostQueue, incidentsQueue, loadQueue } from '../../workflows/kernel/task-queues.js';
import { createFakeWorld, fakeHost } from '../support/stories/fake-incident.js';
import { alertOf } from '../support/stories/incident-workers.js';
import { bundleWorkflows, startTemporal } from '../support/temporal.js';

let temporal: TestWorkflowEnvironment;
let bundle: WorkflowBundleWithSourceMap;
const stops: (() => Promise<void>)[] = [];
const world = createFakeWorld();

beforeAll(async () => {
  // Else the server looks every few minutes whether an old build is drained.
  const everySecond = ['RefreshInterval', 'VisibilityGracePeriod'].map((name) => `matching.wv.VersionDrainageStatus${name}="1s"`);
  [temporal, bundle] = await Promise.all([startTemporal(...everySecond), bundleWorkflows()]);
  // Whoever only acts has no version, and serves every build.
  await start(loadQueue, null);
  await start(hostQueue(fakeHost), null);
});

afterAll(async () => {
  for (const stop of stops) await stop();
  await temporal.teardown();
});

async function start(taskQueue: string, buildId: string | null, decider = bundle): Promise<() => Promise<void>> {
  const connection = temporal.nativeConnection;
  const decides = taskQueue === incidentsQueue ? { workflowBundle: decider } : {};
  const identity = `${buildId ?? 'none'}@bench-1`;
  const worker = await Worker.create({
    identity,
    connection,
    taskQueue,
    activities: world.activities,
    ...decides,
    ...versionOptions(buildId),
  });
  const running = worker.run();
  const stop = async (): Promise<void> => {
    if (worker.getState() === 'RUNNING') worker.shutdown();
    await running;
  };
  stops.push(stop);
  return stop;
}

/** The build that the server has pinned an incident to. */
async function buildOf(incidentId: string): Promise<string | undefined> {
  const { workflowId, runId } = await findIncident(temporal.client, incidentId);
  const { raw } = await temporal.client.workflow.getHandle(workflowId, runId).describe();
  return raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion?.buildId ?? undefined;
}

/** `VERSION_DRAINAGE_STATUS_DRAINED` of Temporal's API: nothing is open on this build any more. */
const drained = '2';

async function isDrained(buildId: string): Promise<boolean> {
  const { workerDeploymentVersionInfo: info } = await temporal.client.workflowService.describeWorkerDeploymentVersion({
    namespace: temporal.namespace ?? 'default',
    deploymentVersion: { deploymentName, buildId },
  });
  return String(info?.drainageInfo?.status) === drained;
}

describe('two builds of the responder', { timeout: 90_000 }, () => {
  it('share the work: old incidents end where they began, new ones begin on the newest, and the old build can go then', async () => {
    const incidents = createIncidentClient(temporal.client);
    const open = async (): Promise<string> => {
      const endpoint = world.tell({ verdicts: ['confirmed', 'not-reproduced'], loadMs: 50 });
      const request = { endpoint, service: 'shop', symptom: null, options: {}, alert: alertOf('a') };
      const { incidentId } = await incidents.startOrAttach(request);
      await incidents.follow(incidentId, ({ phase }) => phase === 'waiting');
      return incidentId;
    };
    const namespace = temporal.namespace ?? 'default';
    const server = { address: temporal.address, namespace, hasTls: false, hasApiKey: false };
    const stopOld = await start(incidentsQueue, 'build-1');
    await makeCurrent(temporal.nativeConnection, server, 'build-1');
    const old = await open();
    await start(incidentsQueue, 'build-2');
    await makeCurrent(temporal.nativeConnection, server, 'build-2');
    const young = await open();
    expect([await buildOf(old), await buildOf(young)]).toEqual(['build-1', 'build-2']);
    expect(await isDrained('build-1')).toBe(false);
    // The old one is still served, by its own build.
    expect(await incidents.rerun(old, { by: 'ada' })).toMatchObject({ outcome: 'resolved' });
    await incidents.follow(old, ({ phase }) => phase === 'ended');
    expect(await buildOf(old)).toBe('build-1');
    // What operations.md says to wait for before the old workers are stopped.
    await expect.poll(() => isDrained('build-1'), { timeout: 60_000, interval: 500 }).toBe(true);
    await stopOld();
    expect(await incidents.rerun(young, { by: 'ada' })).toMatchObject({ outcome: 'resolved' });
  });
});

describe('an incident whose build is broken', { timeout: 90_000 }, () => {
  const namespace = (): string => temporal.namespace ?? 'default';
  const catalog = parseCatalog(
    'version: 1\nservices: { shop: { endpoints: { stuck: { url: "http://127.0.0.1:1/", budgets: { p95Ms: 100 } } } } }',
    'responder.yaml',
  );

  it('is told not to progress, by the hook, its metrics and its status, until a mended build takes it up', async () => {
    const server = { address: temporal.address, namespace: namespace(), hasTls: false, hasApiKey: false };
    const dataDirectory = await mkdtemp(join(tmpdir(), 'stuck-'));
    const hook = await startResponderHook(
      { catalog, temporal: server, dataDirectory, madeToken: 'made', say: () => undefined },
      { host: '127.0.0.1', port: 0 },
    );
    try {
      const broken = await bundleWorkflows(fileURLToPath(new URL('../workflows/stories/broken-incident.ts', import.meta.url)));
      const stopBroken = await start(incidentsQueue, 'build-3', broken);
      await makeCurrent(temporal.nativeConnection, server, 'build-3');
      const post = async (): Promise<{ incidents: { incidentId: string; problem?: string }[] }> => {
        const body = JSON.stringify({ service: 'shop', endpoint: 'stuck', id: 'a', symptom: 'p95 1 s' });
        const answer = await fetch(`${hook.origin}/alerts/generic`, { method: 'POST', body, headers: { authorization: 'Bearer made' } });
        expect(answer.status).toBe(202);
        return (await answer.json()) as { incidents: { incidentId: string; problem?: string }[] };
      };
      const [first] = (await post()).incidents;
      const incidentId = first?.incidentId ?? '';
      expect(first?.problem).toBeUndefined();
      const stuck = /^does not progress: its workflow task was tried \d+ times since .*Z, the last time told: the build is broken; /;
      await expect.poll(async () => (await post()).incidents[0]?.problem ?? '', { timeout: 60_000, interval: 500 }).toMatch(stuck);
      expect(await (await fetch(`${hook.origin}/metrics`)).text()).toMatch(/^perf_responder_stuck_incidents 1$/m);
      const incidents = createIncidentClient(temporal.client);
      expect(await incidents.status(incidentId)).toMatchObject({
        phase: 'accepted',
        needsHuman: true,
        stage: expect.stringMatching(stuck) as string,
      });
      await expect(incidents.follow(incidentId, () => false)).rejects.toThrow(/does not progress/);
      await stopBroken();
      // A build is mended under its own name: what is pinned to it goes on.
      await start(incidentsQueue, 'build-3');
      await expect
        .poll(async () => (await post()).incidents[0] ?? {}, { timeout: 60_000, interval: 500 })
        .toEqual({
          ...{ incidentId, endpoint: 'shop/stuck', started: false },
        });
    } finally {
      await hook.close();
      await rm(dataDirectory, { recursive: true, force: true });
    }
  });
});

describe('health of a worker', () => {
  const queueOf = (change: Partial<ServedQueue>): ServedQueue => ({
    ...{ taskQueue: incidentsQueue, kinds: ['workflow', 'activity'], isRunning: () => true, isFull: () => false },
    ...change,
  });
  const healthOf = (queue: ServedQueue, identity: string, now?: () => number) =>
    createWorkerHealth({
      ...{ connection: temporal.nativeConnection, namespace: temporal.namespace ?? 'default', identity, queues: [queue] },
      ...(now === undefined ? {} : { now }),
    });

  it('is polls that the server has seen, of a worker with a build and of one without', async () => {
    await expect.poll(healthOf(queueOf({}), 'build-2@bench-1'), { timeout: 60_000 }).toMatchObject({ isReady: true, isAlive: true });
    const acting = queueOf({ taskQueue: loadQueue, kinds: ['activity'] });
    await expect.poll(healthOf(acting, 'none@bench-1'), { timeout: 60_000 }).toMatchObject({ isReady: true });
  });

  it('is not what the SDK says of itself: unseen polls are none, and after three minutes only a new start helps', async () => {
    let nowMs = 1_000_000;
    const health = healthOf(queueOf({}), 'nobody@bench-1', () => nowMs);
    expect(await health()).toMatchObject({
      isAlive: true,
      isReady: false,
      problem: expect.stringContaining('no poll of this worker') as unknown,
    });
    nowMs += 180_000;
    expect(await health()).toMatchObject({ isAlive: false, isReady: false });
  });

  it('is told by the probes of an orchestrator; a worker that is full of work is well', async () => {
    const probe = await openProbe('127.0.0.1:0');
    try {
      const ask = async (path: string): Promise<number> => (await fetch(`${probe.origin ?? ''}${path}`)).status;
      expect([await ask('/healthz'), await ask('/readyz'), await ask('/metrics')]).toEqual([200, 503, 404]);
      probe.watch(healthOf(queueOf({ kinds: ['activity'], isFull: () => true }), 'nobody@bench-1'));
      expect(await ask('/readyz')).toBe(200);
      probe.watch(healthOf(queueOf({ isRunning: () => false }), 'build-2@bench-1'));
      expect([await ask('/healthz'), await ask('/readyz')]).toEqual([503, 503]);
    } finally {
      await probe.close();
    }
  });
});
