import { artifactDirectory, createArtifactStore } from '../../../adapters/artifacts/artifact-store.js';
import { surveyRetention } from '../../../adapters/artifacts/retention.js';
import { findOpenReferences } from '../../../adapters/temporal/open-references.js';
import { incidentIdOf } from '../../../workflows/respond/incident-id.js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../../core/command/incident/record-event.js';
import { RefusedError } from '../../../core/model/errors.js';
import {
  acceptCommandUpdate,
  acknowledgeIncident,
  addNoteUpdate,
  correctEventUpdate,
  escalateUpdate,
  offerCommandUpdate,
  postUpdateUpdate,
  publishUpdateUpdate,
  resolveIncidentUpdate,
  setSeverityUpdate,
  setStatusUpdate,
} from '../../../workflows/command/messages.js';
import { startCommandWorld } from '../../support/stories/command-world.js';
import { until } from '../../support/until.js';
import { startReceiver } from '../../support/services/webhook-receiver.js';
import { startStatuspage, type LocalStatuspage } from '../../support/services/local-statuspage.js';
import { readPublished } from '../../../adapters/status-page/published-incidents.js';

const secret = 'receiver-secret-0123456789';
const person = (name: string): Actor => ({ person: name, proof: 'token' });
let receiver: Awaited<ReturnType<typeof startReceiver>>;
let world: Awaited<ReturnType<typeof startCommandWorld>>;
let stopWorker: () => Promise<void>;

let statuspage: LocalStatuspage;

/** Wall clock in UTC, so many minutes from now. */
const clockOf = (minutes: number): string => new Date(Date.now() + minutes * 60_000).toISOString().slice(11, 16);

const catalog = (origin: string, api: string): string => `version: 1
people:
  alice: { name: Alice A., notify: [{ kind: webhook, url: ${origin}/alice }] }
  bob: { notify: [{ kind: webhook, url: ${origin}/refusing }, { kind: webhook, url: ${origin}/bob }] }
  carol: { notify: [{ kind: webhook, url: ${origin}/carol }] }
  nobody: { notify: [] }
  quiet: { timezone: UTC, quietHours: { from: "${clockOf(-60)}", to: "${clockOf(60)}" }, notify: [{ kind: webhook, url: ${origin}/quiet }] }
  dora: { notify: [{ kind: webhook, url: ${origin}/dead }, { kind: webhook, url: ${origin}/dora }] }
oncall:
  primary: { rotation: daily, start: 2026-01-01, people: [alice] }
  empty: { rotation: daily, start: 2200-01-01, people: [alice] }
escalation:
  paging:
    - { level: L1, role: On-Call Engineer, after: 0s, notify: [oncall:primary] }
    - { level: L2, role: Empty, after: 1s, notify: [oncall:empty], severity: [SEV4] }
    - { level: L3, role: Team Lead, after: 1s, notify: [bob], severity: [SEV4] }
    - { level: Quiet, role: Quiet, after: 1h, notify: [quiet, dora], severity: [SEV3] }
    - { level: Lead, role: Team Lead, after: 1h, notify: [bob], severity: [SEV1, SEV2, SEV3] }
  management: [{ level: M1, role: Engineering Manager, after: 2s, notify: [carol], severity: [SEV1] }]
  ackTimeout: 1h
incidents:
  severities: { SEV2: { respondWithin: 1s, updateEvery: 2s } }
  roles: { commander: oncall:primary, communications: carol }
  notify: [{ kind: webhook, url: ${origin}/signed, secret: { env: TEST_RECEIVER_SECRET } }, { kind: statuspage, page: abc, key: { env: TEST_STATUSPAGE_KEY }, components: { Checkout: c1 }, api: ${api} }]
  lint: { words: [acme-internal] }
  statusPage: { title: Shop status, components: { Checkout: [shop] } }
services:
  shop: { owner: [carol], endpoints: { order: { url: http://127.0.0.1:1/order, budgets: { p95Ms: 250 } } } }
  pay: { endpoints: { pay: { url: http://127.0.0.1:1/pay, budgets: { p95Ms: 250 } } } }
`;

beforeAll(async () => {
  Object.assign(process.env, { TEST_RECEIVER_SECRET: secret, TEST_STATUSPAGE_KEY: 'right-key' });
  statuspage = await startStatuspage();
  receiver = await startReceiver(secret, (path) => (path === '/refusing' ? 404 : path === '/dead' ? 503 : 200));
  world = await startCommandWorld(catalog(receiver.origin, statuspage.api));
  stopWorker = await world.startWorker();
});

afterAll(async () => {
  await stopWorker();
  await world.teardown();
  await receiver.close();
  statuspage.close();
  delete process.env['TEST_STATUSPAGE_KEY'];
  delete process.env['TEST_RECEIVER_SECRET'];
});

afterEach(() => {
  expect(receiver.problems).toEqual([]);
});

const open: string[] = [];
afterEach(async () => {
  const reason = await world.incidents.keepText('end of the test');
  for (const id of open.splice(0))
    await world.incidents.update(id, setStatusUpdate, { to: 'cancelled', reason, by: person('alice') }).catch(() => undefined);
});

async function declare(over: Partial<Parameters<typeof world.incidents.declare>[0]> = {}): Promise<string> {
  const { incidentId } = await world.incidents.declare({
    title: 'Checkout returns 500',
    impact: 'about 15 % of checkouts fail',
    severity: 'SEV2',
    severityRule: null,
    services: ['shop'],
    endpoints: [],
    onset: null,
    by: person('alice'),
    mayAttach: false,
    ...over,
  });
  open.push(incidentId);
  return incidentId;
}

const to = (path: string, incidentId: string) =>
  receiver.received.filter((one) => one.path === path && one.body['incidentId'] === incidentId);
const text = (content: string) => world.incidents.keepText(content);

describe('an incident that people are called for', () => {
  it('is declared, paged, acknowledged, updated and resolved, and its record tells it', async () => {
    const id = await declare();
    expect(id).toMatch(/^INC-\d{4}-\d{4}-\d{3}$/);
    const [page] = await until(() => (to('/alice', id).length > 0 ? to('/alice', id) : null));
    expect(page?.body).toMatchObject({ event: 'page', level: 'L1', person: 'alice', severity: 'SEV2', title: 'Checkout returns 500' });
    await world.incidents.update(id, acknowledgeIncident, { by: person('alice') });
    await world.incidents.update(id, postUpdateUpdate, {
      text: await text('Pool is exhausted.'),
      audience: 'internal',
      by: person('carol'),
    });
    await until(() => to('/signed', id).find((one) => one.body.event === 'update'));
    await world.incidents.update(id, resolveIncidentUpdate, { summary: await text('Pool doubled.'), by: person('alice') });
    await until(() => to('/signed', id).find((one) => one.body.event === 'resolved'));

    const status = await world.incidents.status(id);
    expect(status).toMatchObject({
      title: 'Checkout returns 500',
      status: 'resolved',
      commander: 'alice',
      impact: { summary: 'about 15 % of checkouts fail', services: ['shop'] },
      paging: {
        state: 'stopped',
        acknowledgedBy: 'alice',
        pages: [{ level: 'L1', person: 'alice', channel: 'webhook', state: 'acknowledged' }],
      },
      nextUpdateAt: null,
    });
    expect(status.roles).toContainEqual({ role: 'commander', person: 'alice', state: 'active' });
    expect(status.timeline.map((event) => event.kind)).toEqual(
      expect.arrayContaining(['declared', 'page', 'acknowledged', 'communication', 'state']),
    );
    expect(status.times.tta).toMatchObject({ status: 'recorded' });
    expect(status.postmortem?.dueAt).toBeDefined();
    expect(to('/bob', id)).toEqual([]);
  });

  it('skips an empty level at once, takes the next channel of a person and says when nobody answered', async () => {
    const id = await declare({ severity: 'SEV4' });
    await until(() => to('/bob', id)[0]);
    const gone = await until(async () => {
      const status = await world.incidents.status(id);
      const isSettled = status.paging.pages.every((page) => page.state === 'delivered');
      return status.paging.state === 'nobody-answered' && isSettled ? status : null;
    });
    expect(gone.paging.pages.map((page) => [page.level, page.person, page.state])).toEqual([
      ['L1', 'alice', 'delivered'],
      ['L3', 'bob', 'delivered'],
    ]);
    expect(gone.timeline.map((event) => event.text)).toEqual(expect.arrayContaining([expect.stringContaining('L2 skipped') as string]));
    expect(gone.timeline.some((event) => event.kind === 'notify-failed')).toBe(true);
    expect(receiver.calls.get('/refusing')).toBe(1);
  });

  it('tells management by time and severity, also after an acknowledgement', async () => {
    const id = await declare({ severity: 'SEV1' });
    await until(() => to('/alice', id)[0]);
    await world.incidents.update(id, acknowledgeIncident, { by: person('alice') });
    const told = await until(() => to('/carol', id).find((one) => one.body.event === 'management'));
    expect(told.body).toMatchObject({ level: 'M1', role: 'Engineering Manager', person: 'carol' });
    await world.incidents.update(id, setSeverityUpdate, { severity: 'SEV3', reason: await text('only one region'), by: person('alice') });
    expect(await world.incidents.status(id)).toMatchObject({
      severity: 'SEV3',
      severityReason: { rule: 'person' },
      management: { told: [{ person: 'carol' }] },
    });
  });

  it('escalates by hand once, whoever presses', async () => {
    const id = await declare({ severity: 'SEV3' });
    await until(() => to('/alice', id)[0]);
    const request = { reason: await text('we need the lead'), seen: 'L1', to: 'Lead', by: person('alice') };
    await world.incidents.update(id, escalateUpdate, request);
    await until(() => to('/bob', id)[0]);
    await expect(world.incidents.update(id, escalateUpdate, request)).rejects.toThrow('somebody escalated meanwhile');
    expect(to('/bob', id)).toHaveLength(1);
  });

  it('hands the command over, corrects times and refuses what makes no sense', async () => {
    const id = await declare({ severity: 'SEV3' });
    await until(async () => ((await world.incidents.status(id)).commander === 'alice' ? true : null));
    await world.incidents.update(id, offerCommandUpdate, { to: 'bob', by: person('alice') });
    await expect(world.incidents.update(id, acceptCommandUpdate, { by: person('carol') })).rejects.toThrow('offered to bob');
    await world.incidents.update(id, acceptCommandUpdate, { by: person('bob') });
    const note = await world.incidents.update(id, addNoteUpdate, {
      text: await text('flag was on'),
      at: '2026-03-02T10:00:00Z',
      by: person('bob'),
    });
    await world.incidents.update(id, correctEventUpdate, {
      event: note.event,
      to: '2026-03-02T09:00:00Z',
      reason: await text('clock'),
      by: person('bob'),
    });
    const status = await world.incidents.status(id);
    expect(status.commander).toBe('bob');
    expect(status.timeline[0]).toMatchObject({
      text: 'flag was on',
      at: '2026-03-02T09:00:00Z',
      atOriginal: '2026-03-02T10:00:00Z',
      by: 'bob',
      precision: 'minute',
    });
    await expect(world.incidents.update(id, setStatusUpdate, { to: 'closed', by: person('bob') })).rejects.toThrow(RefusedError);
    await expect(world.incidents.update(id, setStatusUpdate, { to: 'nonsense' as never, by: person('bob') })).rejects.toThrow(
      'expected "triage"',
    );
  });

  it('reminds of an update before it is due and says when it is overdue', async () => {
    const id = await declare();
    await world.incidents.update(id, acknowledgeIncident, { by: person('alice') });
    await until(() => to('/carol', id).find((one) => one.body.text.includes('due soon')));
    const overdue = await until(async () =>
      (await world.incidents.status(id)).timeline.find((event) => event.text === 'the update is overdue'),
    );
    expect(overdue.kind).toBe('update-overdue');
    // Before that the record spoke for itself: inside at once, outside as a draft.
    const { communications } = await world.incidents.status(id);
    expect(communications.some((one) => one.audience === 'internal' && one.text.startsWith('INCIDENT UPDATE: Checkout returns 500'))).toBe(
      true,
    );
    expect(communications.some((one) => one.audience === 'external' && one.kind === 'update' && one.state === 'draft')).toBe(true);
    // Nobody looks: after the commander was told, the next one is due, drafted and told of again.
    await until(async () => {
      const { timeline } = await world.incidents.status(id);
      return timeline.filter((event) => event.kind === 'update-overdue').length >= 2 ? timeline : null;
    }, 30_000);
    const later = (await world.incidents.status(id)).communications;
    expect(later.filter((one) => one.audience === 'external' && one.kind === 'update').length).toBeGreaterThanOrEqual(2);
  });

  it('numbers by day, once for a key, and takes a second alert of the same service up', async () => {
    const first = await declare({ key: 'triage-1' });
    const again = await world.incidents.declare({
      title: 'x',
      impact: null,
      severity: null,
      severityRule: null,
      services: ['shop'],
      endpoints: [],
      onset: null,
      by: person('bob'),
      key: 'triage-1',
      mayAttach: true,
    });
    expect(again).toEqual({ incidentId: first, isAttached: false });
    const attached = await world.incidents.declare({
      title: 'y',
      impact: null,
      severity: null,
      severityRule: null,
      services: ['shop', 'pay'],
      endpoints: [],
      onset: null,
      by: person('bob'),
      mayAttach: true,
    });
    expect(attached.isAttached).toBe(true);
    const other = await declare({ services: ['pay'], mayAttach: true });
    expect(other).not.toBe(first);
  });

  it('keeps its texts from being removed until it is over, however old they are', async () => {
    const id = await declare();
    const store = createArtifactStore({ directory: artifactDirectory(world.dataDirectory) });
    const note = await store.put('text.txt', 'text', 'only in this incident');
    const stray = await store.put('text.txt', 'text', 'in none');
    await world.incidents.update(id, addNoteUpdate, { text: { artifact: note.path }, by: person('alice') });
    await world.incidents.update(id, resolveIncidentUpdate, { summary: await text('done'), by: person('alice') });
    const client = world.environment.client;
    const old = async (): Promise<string[]> => {
      const inUse = await findOpenReferences(client, ({ workflowId, runId }) => incidentIdOf(workflowId, runId));
      const limits = { keepMs: 24 * 3_600_000, maxBytes: 0 };
      const places = { store, dataDirectory: world.dataDirectory };
      return (await surveyRetention(places, limits, inUse, Date.now() + 30 * limits.keepMs)).artifacts.removals.map(({ path }) => path);
    };
    const whileOpen = await old();
    expect(whileOpen).toContain(stray.path);
    expect(whileOpen).not.toContain(note.path);
    await world.incidents.update(id, setStatusUpdate, { to: 'closed', reason: await text('all done'), by: person('alice') });
    await expect.poll(old, { timeout: 60_000 }).toContain(note.path);
  });

  it('keeps texts of people out of the history', async () => {
    const id = await declare({ title: 'Customer Zyxw Vutsrq cannot pay' });
    await world.incidents.update(id, addNoteUpdate, { text: await text('talked to Zyxw'), by: person('alice') });
    await until(() => to('/alice', id)[0]);
    const history = await world.environment.client.workflow.getHandle(id).fetchHistory();
    const payloads = Buffer.from(JSON.stringify(history)).toString('utf8');
    const decoded = [...payloads.matchAll(/"data":"([A-Za-z0-9+/=]+)"/g)]
      .map((match) => Buffer.from(match[1] ?? '', 'base64').toString('utf8'))
      .join('\n');
    expect(`${payloads}\n${decoded}`).not.toContain('Zyxw');
    expect(decoded.length).toBeGreaterThan(1000);
  });
});

describe('people who cannot or should not be reached', () => {
  it('are left alone in their quiet hours and hear it at once when it is grave; a dead channel is told to everybody and not waited for', async () => {
    const id = await declare({ severity: 'SEV3' });
    await until(() => to('/alice', id)[0]);
    await world.incidents.update(id, escalateUpdate, { reason: await text('all'), to: 'Quiet', by: person('alice') });
    const held = await until(async () =>
      (await world.incidents.status(id)).timeline.find((event) => event.text.startsWith('quiet has quiet hours until')),
    );
    expect(held.kind).toBe('page');
    await until(() => to('/dora', id)[0], 30_000);
    expect(to('/quiet', id)).toEqual([]);
    const dead = await until(async () =>
      (await world.incidents.status(id)).timeline.find((event) => event.text.startsWith('channel 1 of dora is dead')),
    );
    expect(dead).toMatchObject({ pinned: true, text: expect.stringContaining('failed 5 times in a row') as string });
    await until(() => to('/signed', id).find((one) => one.body.text.startsWith('channel 1 of dora is dead')));
    expect(receiver.calls.get('/dead')).toBe(5);
    // The next incident does not wait for it at all.
    const next = await declare({ severity: 'SEV3' });
    await until(() => to('/alice', next)[0]);
    await world.incidents.update(next, escalateUpdate, { reason: await text('all'), to: 'Quiet', by: person('alice') });
    await until(() => to('/dora', next)[0]);
    expect(receiver.calls.get('/dead')).toBe(5);
    await world.incidents.update(id, setSeverityUpdate, { severity: 'SEV2', reason: await text('more fail'), by: person('alice') });
    const [woken, ...more] = await until(() => (to('/quiet', id).length > 0 ? to('/quiet', id) : null));
    expect(woken?.body).toMatchObject({ event: 'page', person: 'quiet', text: expect.stringContaining('In your quiet hours') as string });
    expect(more).toEqual([]);
  }, 60_000);
});

describe('what goes outside', () => {
  const draft = async (id: string, content: string | null, corrects?: string): Promise<{ event: string; warning: string | null }> =>
    world.incidents.update(id, postUpdateUpdate, {
      audience: 'external',
      by: person('carol'),
      ...(content === null ? {} : { text: await text(content) }),
      ...(corrects === undefined ? {} : { corrects }),
    });
  const publish = (id: string, event: string, by = 'alice') =>
    world.incidents.update(id, publishUpdateUpdate, { draft: event, by: person(by) });
  const there = (incident: string) =>
    statuspage.incidents.find(({ metadata }) => JSON.stringify(metadata).includes(incident))?.incident_updates.map(({ body }) => body) ??
    [];

  it('is what a person approved word for word, once, on our page and on that of the provider; a correction stands beside it', async () => {
    const id = await declare({ title: 'db-prod-1 is out of connections' });
    const first = await draft(id, 'Some customers cannot pay. The next update follows by 15:30 UTC.');
    expect(first.warning).toBeNull();
    expect(await readPublished(world.dataDirectory)).not.toContainEqual(expect.objectContaining({ id }));
    statuspage.troubles.write.push('lost');
    expect(await publish(id, first.event)).toMatchObject({ warning: null });
    await expect(publish(id, first.event, 'bob')).rejects.toThrow(/alice approved it already, at \d{4}-/);
    const second = await draft(id, 'Customers can pay by card only. Next update by 15:45 UTC.', first.event);
    await publish(id, second.event);
    await until(() => (there(id).length === 2 ? true : null));
    expect(there(id)[0]).toMatch(/^Correction of the update of \d\d:\d\d UTC: Customers can pay by card only/);
    const published = (await readPublished(world.dataDirectory)).find((one) => one.id === id);
    expect(published).toMatchObject({ id, name: 'Problem with Checkout', status: 'investigating', impact: 'major' });
    expect(published?.updates.map(({ id: update, corrects }) => [update, corrects])).toEqual([
      [first.event, null],
      [second.event, first.event],
    ]);
    expect(JSON.stringify([published, statuspage.incidents])).not.toContain('db-prod-1');
    const status = await world.incidents.status(id);
    expect(status.communications.filter(({ state }) => state === 'published').map((one) => [one.id, one.kind, one.channel])).toEqual([
      [first.event, 'update', 'status-page'],
      [second.event, 'correction', 'status-page'],
    ]);
    expect(Object.keys(status.communications[0] ?? {}).sort()).toEqual(['at', 'audience', 'channel', 'id', 'kind', 'state', 'text']);
  });

  it('is refused with the reason when it says too much, is stale, or was never drafted', async () => {
    const id = await declare();
    const bad = await draft(id, 'acme-internal on db-prod-1 will be fixed soon.');
    expect(bad.warning).toContain('line 1: a host name or network address');
    await expect(publish(id, bad.event)).rejects.toThrow(/cannot go outside: line 1: .*host name.*incidents\.lint\.words.*promise/);
    await expect(publish(id, 'T-999')).rejects.toThrow('no draft T-999');
    await expect(draft(id, 'x', bad.event)).rejects.toThrow('was not published');
    const old = await draft(id, null);
    const newer = await draft(id, null);
    await publish(id, newer.event);
    await expect(publish(id, old.event)).rejects.toThrow('was drafted later and is published already');
    const status = await world.incidents.status(id);
    expect(status.communications.find((one) => one.id === newer.event)?.text).toMatch(
      /^We are investigating reports of a problem with Checkout\.\nUsers may experience the following: about 15 % of checkouts fail\.\nThe next update follows by \d\d:\d\d UTC\.$/,
    );
  });

  it('is drafted by itself when the page would say something else, and posted inside from the record', async () => {
    const id = await declare();
    await until(async () => ((await world.incidents.status(id)).fiveMinutes.every(({ state }) => state === 'done') ? true : null));
    const posted = await world.incidents.update(id, postUpdateUpdate, { audience: 'internal', by: person('carol') });
    await world.incidents.update(id, resolveIncidentUpdate, { summary: await text('Pool doubled.'), by: person('alice') });
    const status = await until(async () => {
      const now = await world.incidents.status(id);
      return now.communications.some((one) => one.text.startsWith('The issue affecting Checkout has been resolved.')) ? now : null;
    });
    expect(status.communications.find((one) => one.id === posted.event)).toMatchObject({
      state: 'posted',
      text: expect.stringMatching(/^INCIDENT UPDATE: Checkout returns 500\nSeverity: SEV2\nDuration: \d min\nStatus: /) as string,
    });
    const declared = status.communications.find((one) => one.text.startsWith('INCIDENT DECLARED: Checkout returns 500'));
    expect(declared).toMatchObject({ audience: 'internal', kind: 'first', state: 'posted' });
    expect(status.communications.filter((one) => one.audience === 'external').every((one) => one.state === 'draft')).toBe(true);
    expect(there(id)).toEqual([]);
  });
});
