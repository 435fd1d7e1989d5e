/** With encryption nothing that people or services said can be read in a history; two machines, and a change of the key in the middle of an incident. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import { ApplicationFailure, type DataConverter } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { IncidentActivities } from '../../activities/contract.js';
import { connectClient } from '../../adapters/temporal/connection.js';
import { historyText } from '../../adapters/temporal/history-texts.js';
import { lookHowOthersWrite, workerIdentity } from '../../adapters/temporal/key-in-use.js';
import { readLoadOff, switchLoadOff, switchLoadOn } from '../../adapters/temporal/load-control.js';
import { keyIdOf } from '../../adapters/temporal/payload-codec.js';
import { startResponderHook } from '../../client/hook/start-hook.js';
import { createIncidentClient } from '../../client/temporal/incident-client.js';
import { findIncident } from '../../client/temporal/incident-lookup.js';
import { parseCatalog } from '../../config/catalog.js';
import { encryptedTarget } from '../../config/settings/payload-keys.js';
import { hostQueue, incidentsQueue, loadQueue } from '../../workflows/kernel/task-queues.js';
import { runCli } from '../client/run-cli.js';
import { eightFormsOf } from '../support/eight-forms.js';
import { createFakeWorld, fakeHost } from '../support/stories/fake-incident.js';
import { alertOf } from '../support/stories/incident-workers.js';
import { bundleWorkflows, startTemporal } from '../support/temporal.js';
import { until } from '../support/until.js';

const [firstKey, secondKey] = ['a'.repeat(64), 'b'.repeat(64)];
/** Must be nowhere on the server. */
const privateText = 'Zyxw-Vutsrq';
const databasePassword = 'pass<word>&of=db';
let temporal: TestWorkflowEnvironment;
let bundle: WorkflowBundleWithSourceMap;
const world = createFakeWorld();

const catalogOf = (old: string): ReturnType<typeof parseCatalog> =>
  parseCatalog(
    `version: 1
encryption: { key: { env: EDGE_PAYLOAD_KEY }${old}, codec: { bearer: { env: EDGE_CODEC_TOKEN }, origins: ['http://ui.test'] } }
services:
  shop:
    databases: { main: { kind: postgres, connection: { env: EDGE_DATABASE } } }
    endpoints:
      story-1: { url: "http://127.0.0.1:1/", budgets: { p95Ms: 100 } }
      told: { url: "http://127.0.0.1:1/told", budgets: { p95Ms: 100 } }
`,
    'responder.yaml',
  );

async function converterOf(key: string, old = ''): Promise<DataConverter> {
  process.env['EDGE_PAYLOAD_KEY'] = key;
  const { dataConverter } = await encryptedTarget({}, catalogOf(old));
  if (dataConverter === undefined) throw new Error('expected a converter');
  return dataConverter;
}

beforeAll(async () => {
  process.env['EDGE_CODEC_TOKEN'] = 'token-of-the-codec';
  process.env['EDGE_OLD_KEY'] = firstKey;
  process.env['EDGE_DATABASE'] = `postgres://edge:${encodeURIComponent(databasePassword)}@127.0.0.1:1/edge`;
  process.env['RESPONDER_HOOK_TOKEN'] = 'token-of-senders';
  [temporal, bundle] = await Promise.all([startTemporal(), bundleWorkflows()]);
});

afterAll(async () => {
  await temporal.teardown();
  for (const name of ['EDGE_PAYLOAD_KEY', 'EDGE_CODEC_TOKEN', 'EDGE_OLD_KEY', 'EDGE_DATABASE', 'RESPONDER_HOOK_TOKEN'])
    Reflect.deleteProperty(process.env, name);
});

/** Each queue is a machine of its own. */
async function startMachines(dataConverter: DataConverter): Promise<() => Promise<void>> {
  const activities: IncidentActivities = {
    ...world.activities,
    observeService: () => Promise.reject(ApplicationFailure.nonRetryable(`no profile of ${privateText}`)),
  };
  const shared = { connection: temporal.nativeConnection, activities, dataConverter };
  const workers = await Promise.all(
    [incidentsQueue, loadQueue, hostQueue(fakeHost)].map((taskQueue) =>
      Worker.create({ ...shared, taskQueue, ...(taskQueue === incidentsQueue ? { workflowBundle: bundle } : {}) }),
    ),
  );
  const running = Promise.all(workers.map((worker) => worker.run()));
  return async () => {
    for (const worker of workers) worker.shutdown();
    await running;
  };
}

describe('a namespace with encryption', { timeout: 240_000 }, () => {
  it('holds nothing that can be read, over two machines and a change of the key, and its people read all of it', async () => {
    const endpoint = world.tell({ verdicts: ['confirmed', 'not-reproduced'], loadMs: 100 });
    const namespace = temporal.namespace ?? 'default';
    const clientWith = (dataConverter: DataConverter): Client => new Client({ connection: temporal.connection, namespace, dataConverter });
    const plain = new Client({ connection: temporal.connection, namespace });
    await writeFirst(plain);
    const converter = await converterOf(firstKey);
    const client = clientWith(converter);
    const stop = await startMachines(converter);
    const incidents = createIncidentClient(client);
    const symptom = { metric: 'p95', value: 900, text: `p95 bad for ${privateText}` } as const;
    const alert = alertOf('a', { title: `slow for ${privateText}`, labels: { customer: privateText } });
    const { incidentId } = await incidents.startOrAttach({ endpoint, service: 'shop', symptom, options: {}, alert });
    await incidents.follow(incidentId, ({ phase }) => phase === 'waiting', { timeoutMs: 60_000 });
    await incidents.acknowledge(incidentId, privateText);
    await expect(incidents.decide(incidentId, { planId: 'x', decision: 'approve', by: privateText } as never)).rejects.toThrow();
    await stop();

    const rotated = await converterOf(secondKey, ', old: [{ env: EDGE_OLD_KEY }]');
    const stopRotated = await startMachines(rotated);
    const later = createIncidentClient(clientWith(rotated));
    await later.close(incidentId, { by: privateText, reason: `told by ${privateText}` });
    expect((await later.follow(incidentId, () => false, { timeoutMs: 60_000 })).phase).toBe('ended');
    await stopRotated();

    const { workflowId, runId } = await findIncident(clientWith(rotated), incidentId);
    // Everything as the server has it, with payloads as text.
    const history = await plain.workflow.getHandle(workflowId, runId).fetchHistory();
    const raw = `${JSON.stringify(history)}\n${await historyText(plain, workflowId, runId)}`;
    expect(raw.length).toBeGreaterThan(10_000);
    expect(raw).not.toContain(privateText);
    expect(raw).not.toContain('is bad');
    const { raw: described } = await plain.workflow
      .getHandle(workflowId, runId)
      .describe()
      .catch(() => ({ raw: {} }));
    expect(JSON.stringify(described)).not.toContain(privateText);
    // And it was there.
    const read = await historyText(clientWith(rotated), workflowId, runId);
    expect(read).toContain(`no profile of ${privateText}`);
    expect(read).toContain(`told by ${privateText}`);
    // Whoever has only the new key is told which one is missing.
    const half = createIncidentClient(clientWith(await converterOf(secondKey)));
    await expect(half.status(incidentId)).rejects.toThrow(/encrypted with the key [0-9a-f]{16}/);
    await showInWebUi(history, clientWith(rotated));
    await askWithoutCatalog(incidentId);
    await writeWithoutKey(plain);
  });
});

/** A command in a folder without a catalog needs the key alone; without it, it says so instead of showing half of what is there. */
async function askWithoutCatalog(incidentId: string): Promise<void> {
  const cwd = await mkdtemp(join(tmpdir(), 'no-catalog-'));
  const status = (env: Record<string, string>) =>
    runCli(['status', incidentId, '--address', temporal.address, '--namespace', temporal.namespace ?? 'default', '--json'], { cwd, env });
  try {
    const [blind, wrong, seeing] = await Promise.all([
      status({}),
      status({ RESPONDER_PAYLOAD_KEY: 'too short' }),
      status({ RESPONDER_PAYLOAD_KEY: secondKey, RESPONDER_OLD_PAYLOAD_KEY: firstKey }),
    ]);
    expect([blind.code, blind.err]).toEqual([2, expect.stringMatching(/encrypted with the key [0-9a-f]{16}.*RESPONDER_PAYLOAD_KEY/)]);
    expect(blind.out).not.toContain(incidentId);
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('RESPONDER_PAYLOAD_KEY: expected 32 random bytes')]);
    expect([seeing.code, seeing.err]).toEqual([0, '']);
    expect(seeing.out).toContain(privateText);
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}

/** As the server has it: its memo cannot be read here. Null: there is none. */
async function loadOffOnServer(plain: Client): Promise<string | null> {
  const namespace = temporal.namespace ?? 'default';
  const execution = { workflowId: 'perf-load-off' };
  const found = await plain.workflowService.describeWorkflowExecution({ namespace, execution }).catch(() => null);
  // 1 is WORKFLOW_EXECUTION_STATUS_RUNNING.
  const status: number = found?.workflowExecutionInfo?.status ?? 0;
  if (status !== 1) return null;
  const { history } = await plain.workflowService.getWorkflowExecutionHistory({ namespace, execution });
  return `${JSON.stringify(history)}\n${await historyText(plain, 'perf-load-off', '')}`;
}

const told = { reason: `for ${privateText}`, by: privateText };

/** Nothing tells yet whether anybody will encrypt: load stops, what people say does not leave, and neither does anything else. */
async function writeFirst(plain: Client): Promise<void> {
  const cwd = await mkdtemp(join(tmpdir(), 'no-catalog-'));
  const place = ['--address', temporal.address, '--namespace', temporal.namespace ?? 'default'];
  const load = (state: string) => runCli(['load', state, '--reason', told.reason, '--by', told.by, ...place], { cwd });
  try {
    const off = await load('off');
    expect([off.code, off.out]).toEqual([0, expect.stringMatching(/^load is off since .* by somebody without the key: not told/)]);
    expect(await loadOffOnServer(plain)).not.toContain(privateText);
    const on = await load('on');
    expect([on.code, on.err]).toEqual([2, expect.stringMatching(/nothing on this server tells.*nothing was sent in plain.*--catalog/)]);
    expect(await loadOffOnServer(plain)).toContain('not told');
    await plain.workflow.getHandle('perf-load-off').terminate('the namespace is empty again');
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}

/** As a command connects in a folder without a catalog. */
async function withoutCatalog(key: string | null, work: (client: Client) => Promise<void>): Promise<void> {
  if (key !== null) process.env['RESPONDER_PAYLOAD_KEY'] = key;
  const { address, namespace = 'default' } = temporal;
  const { client, close } = await connectClient(await encryptedTarget({ address, namespace }, null));
  Reflect.deleteProperty(process.env, 'RESPONDER_PAYLOAD_KEY');
  try {
    await work(client);
  } finally {
    await close();
  }
}

/** A command that only writes cannot see what others encrypt; it says nothing in plain, whether a worker is up or only a history tells. */
async function writeWithoutKey(plain: Client): Promise<void> {
  const refusal = /is encrypted with the key [0-9a-f]{16}.*nothing was sent in plain.*RESPONDER_PAYLOAD_KEY/;
  await withoutCatalog(null, async (client) => {
    // All load must stop, key or no key; why, and who says so, stays here.
    const off = await switchLoadOff(client, incidentsQueue, told);
    expect([off.by, off.reason]).toEqual(['somebody without the key', expect.stringContaining('not told')]);
    expect(await loadOffOnServer(plain)).not.toContain(privateText);
    await expect(switchLoadOn(client, told)).rejects.toThrow(refusal);
  });
  await refusesBesideWorker(plain, () =>
    withoutCatalog(null, async (client) => {
      await expect(switchLoadOn(client, told)).rejects.toThrow(refusal);
    }),
  );
  expect(await loadOffOnServer(plain)).not.toBeNull();
  await withoutCatalog(secondKey, async (client) => {
    await switchLoadOn(client, told);
    expect(await loadOffOnServer(plain)).toBeNull();
    expect(await historyText(plain, 'perf-load-off', '')).not.toContain(privateText);
    expect(await switchLoadOff(client, incidentsQueue, told)).toMatchObject(told);
    expect(await loadOffOnServer(plain)).not.toContain(privateText);
  });
  await withoutCatalog(null, async (client) => {
    expect(await readLoadOff(client)).toMatchObject({ reason: expect.stringMatching(/not readable here/) as unknown });
  });
}

/** What tells now is a worker: the newest workflow is one that somebody began in plain. */
async function refusesBesideWorker(plain: Client, work: () => Promise<void>): Promise<void> {
  const dataConverter = await converterOf(secondKey);
  const keyId = keyIdOf(Buffer.from(secondKey, 'hex'));
  const worker = await Worker.create({
    ...{ connection: temporal.nativeConnection, taskQueue: incidentsQueue, activities: world.activities },
    ...{ dataConverter, identity: workerIdentity('elsewhere', keyId) },
  });
  await worker.runUntil(async () => {
    await plain.workflow.start('unknown', { workflowId: 'plain', taskQueue: 'nobody', args: ['in plain'] });
    const namespace = temporal.namespace ?? 'default';
    await until(async () => {
      const seen = await lookHowOthersWrite(plain.connection, namespace);
      return typeof seen === 'object' && seen.keyId === keyId;
    });
    await work();
  });
}

/** What the Web UI does with a payload of that history. */
async function showInWebUi(history: { events?: unknown }, reader: Client): Promise<void> {
  const catalog = catalogOf(', old: [{ env: EDGE_OLD_KEY }]');
  process.env['EDGE_PAYLOAD_KEY'] = secondKey;
  const dataDirectory = await mkdtemp(join(tmpdir(), 'codec-'));
  const target = { address: temporal.address, namespace: temporal.namespace ?? 'default' };
  const hook = await startResponderHook(
    { catalog, temporal: target, dataDirectory, madeToken: null, say: () => undefined },
    { host: '127.0.0.1', port: 0 },
  );
  try {
    const [started] = history.events as { workflowExecutionStartedEventAttributes: { input: { payloads: WirePayload[] } } }[];
    const payloads = (started?.workflowExecutionStartedEventAttributes.input.payloads ?? []).map(({ metadata, data }) => ({
      metadata: Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, Buffer.from(value).toString('base64')])),
      data: Buffer.from(data).toString('base64'),
    }));
    const ask = (path: string, headers: Record<string, string>): Promise<Response> =>
      fetch(`${hook.origin}${path}`, {
        method: 'POST',
        headers: { origin: 'http://ui.test', 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ payloads }),
      });
    expect((await ask('/codec/decode', {})).status).toBe(401);
    expect((await ask('/codec/decode', { authorization: 'Bearer token-of-senders' })).status).toBe(401);
    const answer = await ask('/codec/decode', { authorization: 'Bearer token-of-the-codec' });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, 'http://ui.test']);
    const { payloads: decoded } = (await answer.json()) as { payloads: { data: string }[] };
    expect(Buffer.from(decoded[0]?.data ?? '', 'base64').toString()).toContain(privateText);
    expect((await ask('/codec/token-of-the-codec/decode', {})).status).toBe(200);
    const foreign = await ask('/codec/decode', { origin: 'http://evil.test', authorization: 'Bearer token-of-the-codec' });
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
    await tellSecrets(hook.origin, dataDirectory, reader);
    const preflight = await fetch(`${hook.origin}/codec/decode`, { method: 'OPTIONS', headers: { origin: 'http://ui.test' } });
    expect([preflight.status, preflight.headers.get('access-control-allow-headers')]).toEqual([
      204,
      expect.stringContaining('x-namespace'),
    ]);
  } finally {
    await hook.close();
    await rm(dataDirectory, { recursive: true, force: true });
  }
}

/** Senders put their credentials, and those of databases, into labels and titles; nobody keeps them, also where a history can be read. */
async function tellSecrets(origin: string, dataDirectory: string, reader: Client): Promise<void> {
  const secrets = ['token-of-senders', databasePassword, 'token-of-the-codec'];
  const forms = secrets.flatMap(eightFormsOf);
  // Of base64 the forms are what cannot be missed of it, and it is sent whole.
  const sent = secrets.flatMap((secret) => [
    ...[0, 1, 2].map((shift) => Buffer.from(`${'x'.repeat(shift)}${secret}`).toString('base64')),
    ...eightFormsOf(secret).filter((_, index) => index === 0 || index > 3),
  ]);
  const headers = { authorization: 'Bearer token-of-senders' };
  const post = (path: string, body: object) => fetch(`${origin}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  const labels = Object.fromEntries(sent.map((form, index) => [`label_${index}`, `before ${form} after`]));
  const told = { service: 'shop', endpoint: 'told', id: 'told-by-sender', labels };
  const answer = (await (await post('/alerts/generic', told)).json()) as { incidents: { incidentId: string }[] };
  const change = await post('/changes', {
    service: 'shop',
    kind: 'config',
    ref: databasePassword,
    title: `told ${sent.join(' and ').slice(0, 450)}`,
  });
  expect(change.status).toBe(202);
  const { workflowId, runId } = await findIncident(reader, answer.incidents[0]?.incidentId ?? '');
  const kept = `${await historyText(reader, workflowId, runId)}\n${await readFile(join(dataDirectory, 'changes', 'posted.jsonl'), 'utf8')}`;
  expect(kept).toContain('told-by-sender');
  expect(kept).toContain('before *** after');
  expect(kept).toContain('told ***');
  for (const form of forms) expect(kept).not.toContain(form);
}

interface WirePayload {
  metadata: Record<string, Uint8Array>;
  data: Uint8Array;
}
