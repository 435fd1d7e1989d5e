/** What the bisector and incident command do to the world is in the audit log of their host, and the command line shows it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readAuditLog } from '../../adapters/artifacts/audit-log.js';
import { parseCatalog } from '../../config/catalog.js';
import type { IncidentMessage } from '../../core/command/communication/message.js';
import type { AuditEntry } from '../../core/model/audit.js';
import type { Notification } from '../../core/model/notification.js';
import { createBisectDependencies } from '../../worker/dependencies/bisect-dependencies.js';
import { createCommandDependencies } from '../../worker/dependencies/command-dependencies.js';
import { sendTestPages } from '../../client/oncall/test-pages.js';
import { documentOf, runCli } from '../client/run-cli.js';

let folder = '';
let receiver: Server;
const catalogText = (port: number): string => `
version: 1
incidents: { notify: [{ kind: statuspage, page: p, key: { env: TEST_AUDIT_PAGE }, api: 'http://127.0.0.1:${port}' }] }
people: { ada: { notify: [{ kind: webhook, url: 'http://127.0.0.1:${port}/ada' }] } }
services:
  shop:
    notify: [{ kind: webhook, url: 'http://127.0.0.1:${port}/shop' }]
    endpoints: { search: { url: 'http://127.0.0.1:1/search', budgets: { p95Ms: 100 } } }
`;

beforeAll(async () => {
  process.env['TEST_AUDIT_PAGE'] = 'key';
  folder = await mkdtemp(join(tmpdir(), 'audited-'));
  receiver = createServer((_, response) => void response.end());
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
});

afterAll(async () => {
  delete process.env['TEST_AUDIT_PAGE'];
  receiver.close();
  await rm(folder, { recursive: true });
});

const signal = new AbortController().signal;
const states = (entries: AuditEntry[]): string[] => entries.map(({ state, what }) => `${state}: ${what}`);

it('tells of loads and messages, whoever orders them', async () => {
  const catalog = parseCatalog(catalogText((receiver.address() as AddressInfo).port), join(folder, 'responder.yaml'));
  const bisect = createBisectDependencies(
    { catalog, dataDirectory: folder, k6: () => Promise.resolve(join(folder, 'no-k6')) },
    { host: 'bench-1', mayLoad: (load, work) => work(load.signal), measuringHosts: () => Promise.resolve([]) },
  );
  const load = bisect.runLoad({
    ...{ endpoint: 'shop/search', holder: 'bisect-1', budgets: {}, workDir: join(folder, 'work'), signal },
    request: { method: 'GET', url: 'http://127.0.0.1:1/search', headers: {}, body: null },
    plan: {
      ...{ executor: 'constant-vus', vus: 1, maxVus: 1, rate: null, script: null, stopAtErrorRatio: null },
      ...{ durationMs: 1_000, rampUpMs: 0, warmUpMs: 0 },
    },
    onTurn: () => undefined,
    onWaiting: () => undefined,
    onStarted: () => undefined,
    onProgress: () => undefined,
  });
  await expect(load).rejects.toThrow();
  const notification: Notification = {
    ...{ version: 1, event: 'bisect-ended', deliveryId: 'd-1', incidentId: null, bisectId: 'bisect-1', service: 'shop', reportUrl: null },
    ...{ endpoint: 'shop/search', outcome: 'culprit', headline: 'found', text: 'found', fields: [] },
  };
  await bisect.notify('shop/search', notification, signal);
  const settings = {
    client: new Client({ connection: Connection.lazy() }),
    catalog,
    dataDirectory: folder,
    host: 'bench-1',
    incidentUrl: () => null,
    ackUrl: () => null,
  };
  const message: IncidentMessage = {
    ...{ version: 1, event: 'page', deliveryId: 'd-2', incidentId: 'INC-2026-1128-001', severity: 'SEV1', status: 'investigating' },
    ...{ title: 'slow', text: 'slow', level: '1', role: null, person: 'ada', acknowledgedBy: null, at: '2026-11-28T10:00:00.000Z' },
    ...{ incidentUrl: null, ackUrl: null },
  };
  const command = createCommandDependencies(settings);
  await command.deliverToPerson('ada', 0, message, signal);
  const told = { name: 'slow', impact: 'minor', status: 'investigating', components: [], at: message.at } as const;
  // The receiver takes it and answers what no Statuspage does.
  const publication = { ...told, incidentId: message.incidentId, updateId: 'T-1', body: 'We look into it.' };
  await expect(command.publishToReceiver(0, publication, signal)).rejects.toThrow(/no JSON/);
  const update = { id: 'T-1', status: told.status, body: 'We look into it.', at: message.at, corrects: null, components: [] };
  await command.writeStatusPage({
    ...{ id: message.incidentId, name: 'slow', impact: 'minor', status: 'investigating', startedAt: null, createdAt: message.at },
    ...{ updatedAt: message.at, monitoringAt: null, resolvedAt: null, updates: [update] },
  });
  await sendTestPages(
    { catalog, dataDirectory: folder, people: [{ person: 'ada', reason: 'named' }], ackUrl: () => null, waitMs: 0, signal },
    () => undefined,
  );
  expect(states(await readAuditLog(folder))).toEqual([
    'begun: 1 users for 1 s on a commit on this machine',
    'failed: 1 users for 1 s on a commit on this machine',
    'begun: bisect-ended to webhook',
    'done: bisect-ended to webhook',
    'begun: page to webhook',
    'done: page to webhook',
    'begun: publication T-1 to statuspage',
    'failed: publication T-1 to statuspage',
    'begun: publication T-1 to the status page',
    'done: publication T-1 to the status page',
    'begun: test page to webhook',
    'done: test page to webhook',
  ]);
  const env = { PERF_RESPONDER_DATA: folder };
  const shown = await runCli(['audit', '--action', 'notification', '--incident', 'INC-2026', '--json'], { cwd: folder, env });
  const entry = { subject: 'INC-2026-1128-001', target: 'ada', who: 'responder', host: 'bench-1' };
  expect(documentOf(shown)).toMatchObject({
    entries: [
      { state: 'begun', ...entry },
      { state: 'done', ...entry },
      ...['begun', 'failed', 'begun', 'done'].map((state) => ({ ...entry, state, target: 'the public' })),
    ],
  });
  expect(await runCli(['audit', '--action', 'loads'], { cwd: folder, env })).toMatchObject({ code: 2 });
});
