import { createHmac, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { until } from '../support/until.js';
import { noPages, noStatusPages } from '../support/no-pages.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { readPostedChanges, storePostedChange } from '../../adapters/changes/posted-changes.js';
import type { AlertSummary } from '../../activities/contract.js';
import { startHook, type RunningHook } from '../../client/hook/hook-server.js';
import { signReportLink } from '../../client/hook/report-link.js';
import { parseCatalog } from '../../config/catalog.js';
import { eightFormsOf } from '../support/eight-forms.js';

process.env['EDGE_HOOK_TOKEN'] = 'token-of-alertmanager';
process.env['EDGE_HOOK_SECRET'] = 'secret-of-generic';
process.env['EDGE_READ_TOKEN'] = 'token-of-readers';
const catalog = parseCatalog(
  `version: 1
hook:
  read: { bearer: { env: EDGE_READ_TOKEN } }
  sources:
    alertmanager: { bearer: { env: EDGE_HOOK_TOKEN }, hmac: { env: EDGE_HOOK_SECRET } }
    generic: { hmac: { env: EDGE_HOOK_SECRET } }
alerts:
  - match: { alertname: HighLatency, job: shop }
    endpoint: shop/place-order
services:
  shop:
    endpoints:
      place-order: { method: POST, url: http://127.0.0.1:8080/orders, budgets: { p95Ms: 250 } }
      search: { url: 'http://127.0.0.1:8080/search?q=red', budgets: { p95Ms: 150 } }
`,
  'responder.yaml',
);

/** Incidents in memory with the rules of the real client: one open incident an endpoint. */
const open = new Map<string, string>();
const received: { endpoint: string; alert: AlertSummary }[] = [];
let outage = false;
let cooling: string | null = null;
/** Temporal takes its time. */
let held: Promise<void> = Promise.resolve();
const incidents = {
  startOrAttach: async (endpoint: string, alert: AlertSummary) => {
    if (outage) throw new Error('connect ECONNREFUSED');
    if (cooling !== null) return { ignored: `cool-down until ${cooling}` };
    received.push({ endpoint, alert });
    const started = !open.has(endpoint);
    if (started) open.set(endpoint, `perf-${endpoint.replace('/', '-')}-${open.size + 1}`);
    await held;
    return { incidentId: open.get(endpoint) ?? '', started };
  },
  recordResolved: (endpoint: string, alert: AlertSummary) => {
    const incidentId = open.get(endpoint);
    if (incidentId !== undefined) received.push({ endpoint, alert });
    return Promise.resolve(incidentId === undefined ? null : { incidentId });
  },
  describe: (incidentId: string) => Promise.resolve(incidentId === 'known' ? { incidentId, phase: 'waiting' } : null),
  readReport: (incidentId: string, format: string) => Promise.resolve(incidentId === 'known' ? `report as ${format}` : null),
  readArtifact: (incidentId: string, name: string, mostBytes: number) => {
    const sizeBytes = name === 'huge.pb.gz' ? mostBytes + 1 : 3;
    if (incidentId !== 'known' || !['profile.pb.gz', 'huge.pb.gz'].includes(name)) return Promise.resolve(null);
    return Promise.resolve({ content: sizeBytes > mostBytes ? null : Buffer.from([0, 255, 10]), sizeBytes });
  },
  countStuck: () => Promise.resolve(0),
  countLost: () => Promise.resolve(0),
  ping: () => (outage ? Promise.reject(new Error('down')) : Promise.resolve()),
};

/** The hook's own log. */
const said: string[] = [];
let hook: RunningHook;
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'perf-hook-'));
  hook = await start();
});
const start = (): Promise<RunningHook> =>
  startHook(
    {
      catalog,
      incidents,
      pages: noPages,
      statusPages: noStatusPages,
      madeToken: null,
      linkKey: () => 'key-of-links',
      storeChange: (change) => storePostedChange(directory, change),
      rejectedDirectory: join(directory, 'rejected'),
      log: (line) => void said.push(line),
    },
    { host: '127.0.0.1', port: 0 },
  );
afterAll(async () => {
  await hook.close();
  await rm(directory, { recursive: true });
});
beforeEach(() => {
  open.clear();
  received.length = 0;
  outage = false;
  cooling = null;
  held = Promise.resolve();
});

const bearer = { authorization: 'Bearer token-of-alertmanager' };
const reader = { authorization: 'Bearer token-of-readers' };
const sign = (raw: string | Buffer) => ({
  'x-signature-256': `sha256=${createHmac('sha256', 'secret-of-generic').update(raw).digest('hex')}`,
});

async function post(source: string, raw: string | Buffer, headers: Record<string, string>) {
  const body = typeof raw === 'string' ? raw : new Uint8Array(raw);
  const response = await fetch(`${hook.origin}/alerts/${source}`, { method: 'POST', body, headers });
  const answer: unknown = await response.json();
  return { status: response.status, headers: response.headers, answer };
}

const alert = (labels: Record<string, string>, more: Record<string, unknown> = {}) => ({
  status: 'firing',
  labels,
  annotations: { summary: 'p95 is bad' },
  startsAt: '2026-11-24T10:00:00Z',
  endsAt: '0001-01-01T00:00:00Z',
  generatorURL: 'http://prometheus/graph',
  fingerprint: 'aa11',
  ...more,
});
const group = (...alerts: unknown[]) =>
  JSON.stringify({ version: '4', groupKey: '{}:{}', status: 'firing', receiver: 'x', alerts, truncatedAlerts: 0 });
const matched = { alertname: 'HighLatency', job: 'shop', severity: 'page' };

describe('POST /changes', () => {
  const told = {
    service: 'shop',
    kind: 'deploy',
    ref: 'v1.4.1',
    title: 'Prices from the cache',
    at: '2026-11-24T10:00:00+01:00',
    by: 'ci',
    rollback: 'rollback-deploy',
  };
  const tell = async (body: unknown, headers: Record<string, string>) => {
    const raw = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(`${hook.origin}/changes`, { method: 'POST', body: raw, headers });
    return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
  };

  it('takes a change with the credentials of alerts, signed or by token, and keeps it once', async () => {
    const first = await tell(told, sign(JSON.stringify(told)));
    expect(first).toEqual({ status: 202, answer: { changeId: expect.stringMatching(/^chg-[0-9a-f]{16}$/) as unknown } });
    expect(await tell(told, bearer)).toEqual(first);
    expect(await readPostedChanges(directory)).toMatchObject([{ ...told, at: '2026-11-24T09:00:00.000Z' }]);
  });

  it('refuses without credentials, with a reader, and with a signature over something else', async () => {
    for (const headers of [{}, reader, sign('{}')]) expect((await tell(told, headers)).status).toBe(401);
    expect((await fetch(`${hook.origin}/changes`)).status).toBe(405);
  });

  it.each([
    ['no JSON', 'oops', '"came":"no JSON"'],
    ['another kind', { ...told, kind: 'party' }, 'kind'],
    ['an unknown service', { ...told, service: 'shpo' }, 'shpo'],
    ['a time without zone', { ...told, at: '2026-11-24T10:00:00' }, 'zone'],
    ['what has not happened', { ...told, at: '2999-01-01T00:00:00Z' }, '2999'],
    ['no title', { ...told, title: ' ' }, 'title'],
  ])('says what it expected instead of %s', async (_, body, word) => {
    const { status, answer } = await tell(body, bearer);
    expect(status).toBe(422);
    expect(JSON.stringify(answer)).toContain(word);
  });
});

describe('POST /alerts/alertmanager', () => {
  it('starts one incident for an endpoint and attaches what follows', async () => {
    const first = await post('alertmanager', group(alert(matched)), bearer);
    expect(first.status).toBe(202);
    expect(first.answer).toEqual({
      incidents: [{ incidentId: 'perf-shop-place-order-1', endpoint: 'shop/place-order', started: true }],
      ignored: [],
    });
    const again = await post('alertmanager', group(alert(matched)), bearer);
    expect(again.answer).toMatchObject({ incidents: [{ incidentId: 'perf-shop-place-order-1', started: false }] });
    expect(received[0]?.alert).toMatchObject({
      source: 'alertmanager',
      id: 'aa11@2026-11-24T10:00:00.000Z',
      severity: 'page',
      title: 'p95 is bad',
      symptom: null,
    });
  });

  it('reads the status of each alert, not of the group, and starts one incident per endpoint', async () => {
    const { answer } = await post(
      'alertmanager',
      group(
        alert({ service: 'shop', endpoint: 'GET /search' }, { annotations: { symptom: 'p95 900ms' } }),
        alert({ service: 'shop', endpoint: 'shop/search' }, { fingerprint: 'bb' }),
        alert(matched, { status: 'resolved' }),
        alert({ service: 'nobody', endpoint: 'search' }),
      ),
      bearer,
    );
    expect(answer).toEqual({
      incidents: [{ incidentId: 'perf-shop-search-1', endpoint: 'shop/search', started: true }],
      ignored: [
        { reason: 'service "nobody" is not in the catalog (known: shop)', labels: { service: 'nobody', endpoint: 'search' } },
        { reason: 'resolved, and no incident is open for it', labels: matched },
      ],
    });
    expect(received[0]?.alert.symptom).toEqual({ metric: 'p95', value: 900, text: 'p95 900ms' });
  });

  it('records a resolved alert on the open incident and starts none with it', async () => {
    expect((await post('alertmanager', group(alert(matched, { status: 'resolved' })), bearer)).answer).toMatchObject({ incidents: [] });
    await post('alertmanager', group(alert(matched)), bearer);
    const resolved = await post('alertmanager', group(alert(matched, { status: 'resolved' })), bearer);
    expect(resolved.status).toBe(202);
    expect(resolved.answer).toMatchObject({ incidents: [{ started: false }] });
    expect(received.map(({ alert: { status } }) => status)).toEqual(['firing', 'resolved']);
  });

  it('accepts an empty group', async () => {
    expect(await post('alertmanager', group(), bearer)).toMatchObject({ status: 202, answer: { incidents: [], ignored: [] } });
  });

  it.each([
    ['not JSON', 'nonsense', 'JSON'],
    ['another version', JSON.stringify({ version: '1', alerts: [] }), 'version "4"'],
    ['a template of their own', JSON.stringify({ text: 'hello' }), 'version "4"'],
  ])('answers 422 to %s, says what was expected and keeps it without headers', async (_name, raw, expected) => {
    const { status, answer } = await post('alertmanager', raw, bearer);
    expect(status).toBe(422);
    expect(answer).toMatchObject({ expected: expect.stringContaining(expected) as string });
    const stored = await Promise.all(
      (await readdir(join(directory, 'rejected'))).map((name) => readFile(join(directory, 'rejected', name), 'utf8')),
    );
    expect(stored.some((text) => text.includes(JSON.stringify(raw)))).toBe(true);
    expect(stored.join()).not.toContain('token-of-alertmanager');
    expect(received).toEqual([]);
  });

  it('keeps and says no secret of its own in any of eight forms, also when senders put it into a body', async () => {
    const token = 'token-of-alertmanager';
    const forms = eightFormsOf(token);
    const base64 = [0, 1, 2].map((shift) => Buffer.from(`${'x'.repeat(shift)}${token}`).toString('base64'));
    const sent = [token, ...base64, Buffer.from(token).toString('hex'), encodeURIComponent(token)].join(' and ');
    const raw = JSON.stringify({ version: '1', text: `sent with ${sent} to the hook` });
    const { status, answer } = await post('alertmanager', raw, bearer);
    expect(status).toBe(422);
    const { stored } = answer as { stored: string };
    const kept = await readFile(join(directory, 'rejected', stored), 'utf8');
    expect(kept).toContain('to the hook');
    const log = said.join('\n');
    expect(log).toContain(`kept as ${stored}`);
    for (const form of forms)
      expect([kept.includes(form), log.includes(form), JSON.stringify(answer).includes(form)]).toEqual([false, false, false]);
  });

  it.each([
    ['an unknown service', { service: 'nobody', endpoint: 'shop/search' }, /"nobody" is not in the catalog/],
    ['the label endpoint alone', { endpoint: 'shop/search' }, /no label service/],
  ])('answers 202 to %s, since Alertmanager sends everything to everybody, and says why nothing starts', async (_name, labels, reason) => {
    const { status, answer } = await post('alertmanager', group(alert(labels)), bearer);
    expect(status).toBe(202);
    expect(answer).toEqual({ incidents: [], ignored: [{ reason: expect.stringMatching(reason) as string, labels }] });
    expect(received).toEqual([]);
    expect(await (await fetch(`${hook.origin}/metrics`)).text()).toMatch(/alerts_total\{source="alertmanager",result="ignored"\} [1-9]/);
  });

  it('ignores the content type', async () => {
    expect((await post('alertmanager', group(alert(matched)), { ...bearer, 'content-type': 'image/png' })).status).toBe(202);
  });

  it('answers 503 with Retry-After when Temporal is away', async () => {
    outage = true;
    const { status, headers } = await post('alertmanager', group(alert(matched)), bearer);
    expect([status, headers.get('retry-after')]).toEqual([503, '5']);
  });
});

describe('credentials of the hook', () => {
  const raw = group(alert(matched));
  it.each([
    ['the right token', bearer, 202],
    ['the right signature', sign(raw), 202],
    ['the right signature beside a wrong token', { ...sign(raw), authorization: 'Bearer no' }, 202],
    ['nothing', {}, 401],
    ['a wrong token', { authorization: 'Bearer token-of-alertmanagerx' }, 401],
    ['another scheme', { authorization: 'Basic token-of-alertmanager' }, 401],
    ['a wrong signature', sign(`${raw} `), 401],
    ['a wrong signature beside the right token', { ...bearer, ...sign('other') }, 401],
    ['a malformed signature beside the right token', { ...bearer, 'x-signature-256': 'sha1=00' }, 401],
  ])('%s', async (_name, headers, status) => {
    expect((await post('alertmanager', raw, headers)).status).toBe(status);
    expect(received.length).toBe(status === 202 ? 1 : 0);
  });

  it('are judged over the raw bytes', async () => {
    const spaced = '{"service" : "shop","endpoint":"search", "symptom":"p95 1s"}';
    expect((await post('generic', spaced, sign(spaced))).status).toBe(202);
    expect((await post('generic', JSON.stringify(JSON.parse(spaced)), sign(spaced))).status).toBe(401);
  });

  it('are judged before the body is understood', async () => {
    expect((await post('alertmanager', 'nonsense', { authorization: 'Bearer no' })).status).toBe(401);
    expect((await post('alertmanager', randomBytes(11 * 1024 * 1024), { authorization: 'Bearer no' })).status).toBe(401);
  });

  it('of one source do not open another, and a source that is not known opens none', async () => {
    expect((await post('generic', '{}', bearer)).status).toBe(401);
    expect((await post('nagios', '{}', bearer)).status).toBe(404);
  });

  it('with a time are used up while their delivery is still under way', async () => {
    let goOn = (): void => undefined;
    held = new Promise((resolve) => (goOn = resolve));
    const timestamp = String(Math.floor(Date.now() / 1000));
    const raw = JSON.stringify({ service: 'shop', endpoint: 'search' });
    const headers = { ...sign(`${timestamp}.${raw}`), 'x-timestamp': timestamp };
    const first = post('generic', raw, headers);
    await until(() => received.length === 1);
    expect(await post('generic', raw, headers)).toMatchObject({ status: 401, answer: { error: 'this signature was used before' } });
    goOn();
    expect([(await first).status, received.length]).toEqual([202, 1]);
  });

  it('that are guessed are slowed down, whatever they would open', async () => {
    // All of it happens in one second of the hook's clock.
    const clock = vi.spyOn(Date, 'now').mockReturnValue(Date.now());
    const guessed = await start();
    try {
      const expires = String(Math.floor(Date.now() / 1000) + 60);
      const ways: readonly [path: string, method: string][] = [
        ['/incidents/known', 'GET'],
        ['/incidents/known/artifacts/profile.pb.gz', 'GET'],
        [`/incidents/known/report?expires=${expires}&signature=${'0'.repeat(64)}`, 'GET'],
        ['/incidents', 'GET'],
        [`/incidents/INC-2026-0101-001/approve?id=1&expires=${expires}&person=bob&act=${'0'.repeat(64)}`, 'POST'],
        ['/alerts/alertmanager', 'POST'],
        ['/changes', 'POST'],
        ['/codec/guessed/decode', 'POST'],
      ];
      const ask = async ([path, method]: (typeof ways)[number], token: string): Promise<number> => {
        const answer = await fetch(`${guessed.origin}${path}`, { method, headers: { authorization: `Bearer ${token}` } });
        await answer.arrayBuffer();
        return answer.status;
      };
      const statuses: number[] = [];
      for (let round = 0; round < 4; round += 1) for (const way of ways) statuses.push(await ask(way, `guess-${round}`));
      expect(statuses.slice(0, 20).every((status) => status === 401 || status === 403)).toBe(true);
      expect(statuses.slice(20)).toEqual(Array.from({ length: 12 }, () => 429));
      expect(await ask(['/incidents/known', 'GET'], 'token-of-readers')).toBe(200);
    } finally {
      clock.mockRestore();
      await guessed.close();
    }
  });

  it('must exist for at least one source, or the hook refuses to start', async () => {
    const bare = parseCatalog(
      'version: 1\nhook: { sources: { generic: { hmac: { env: EDGE_NOT_SET } } } }\nservices: { a: { endpoints: { b: { url: "http://127.0.0.1/" } } } }',
      'r.yaml',
    );
    const deps = {
      catalog: bare,
      incidents,
      pages: noPages,
      statusPages: noStatusPages,
      madeToken: null,
      linkKey: () => 'key-of-links',
      storeChange: () => Promise.resolve('chg-0'),
      rejectedDirectory: directory,
      log: () => undefined,
    };
    await expect(startHook(deps, { host: '127.0.0.1', port: 0 })).rejects.toThrow(
      /expected a secret for at least one source.*RESPONDER_HOOK_TOKEN/,
    );
  });
});

describe('large and compressed bodies', () => {
  it('answers 413 to more than 10 MB, also when it only unpacks to that', async () => {
    const large = JSON.stringify({ filler: 'x'.repeat(11 * 1024 * 1024) });
    expect((await post('alertmanager', large, bearer)).status).toBe(413);
    expect((await post('alertmanager', gzipSync(large), { ...bearer, 'content-encoding': 'gzip' })).status).toBe(413);
    expect((await post('alertmanager', brotliCompressSync(large), { ...bearer, 'content-encoding': 'br' })).status).toBe(413);
  });

  it('answers 413 to a body of unknown length without resetting the connection', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const sending = httpRequest(`${hook.origin}/alerts/alertmanager`, { method: 'POST', headers: bearer }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sending.on('error', reject);
      for (let part = 0; part < 12; part += 1) sending.write(Buffer.alloc(1024 * 1024, 'x'));
      sending.end();
    });
    expect(status).toBe(413);
  });

  it('understands a compressed body and verifies the bytes as they were sent', async () => {
    const packed = gzipSync(group(alert(matched)));
    expect((await post('alertmanager', packed, { ...sign(packed), 'content-encoding': 'gzip' })).status).toBe(202);
    expect((await post('alertmanager', group(alert(matched)), { ...bearer, 'content-encoding': 'gzip' })).status).toBe(422);
  });

  it('cuts texts that are too long for a history', async () => {
    await post('alertmanager', group(alert({ ...matched, note: 'x'.repeat(1_000_000) })), bearer);
    expect(received[0]?.alert.labels['note']?.length).toBe(500);
  });
});

describe('POST /alerts/generic', () => {
  const send = (body: unknown) => post('generic', JSON.stringify(body), sign(JSON.stringify(body)));
  it('starts an incident with its symptom', async () => {
    const { status, answer } = await send({
      service: 'shop',
      endpoint: 'search',
      symptom: 'errors 12%',
      id: 'a-1',
      labels: { team: 'web' },
    });
    expect([status, answer]).toEqual([
      202,
      { incidents: [{ incidentId: 'perf-shop-search-1', endpoint: 'shop/search', started: true }], ignored: [] },
    ]);
    expect(received[0]?.alert).toMatchObject({
      source: 'generic',
      id: 'a-1',
      symptom: { metric: 'error-ratio', value: 0.12 },
      labels: { team: 'web', service: 'shop' },
    });
  });

  it.each([{ endpoint: 'search' }, { service: 'shop', endpoint: 'search', symptom: 'slow' }, { service: 'shop', endpoint: 'nothing' }, []])(
    'answers 422 to %j',
    async (body) => {
      expect((await send(body)).status).toBe(422);
    },
  );

  it('lets a resolved one start nothing', async () => {
    expect(await send({ service: 'shop', endpoint: 'search', status: 'resolved' })).toMatchObject({
      status: 202,
      answer: { incidents: [] },
    });
    expect(open.size).toBe(0);
  });
});

describe('an alert in the cool-down of its endpoint', () => {
  it('is taken, starts nothing, and is told as ignored', async () => {
    cooling = '2026-01-01T00:00:00Z';
    expect(await post('alertmanager', group(alert(matched)), bearer)).toMatchObject({
      status: 202,
      answer: { incidents: [], ignored: [{ reason: 'cool-down until 2026-01-01T00:00:00Z' }] },
    });
    expect(received).toEqual([]);
  });
});

describe('GET', () => {
  const get = async (path: string, headers = {}) => {
    const response = await fetch(`${hook.origin}${path}`, { headers });
    return { status: response.status, text: await response.text(), type: response.headers.get('content-type') };
  };
  it('health, readiness and metrics need no token', async () => {
    expect((await get('/healthz')).status).toBe(200);
    expect((await get('/readyz')).status).toBe(200);
    expect((await get('/metrics')).text).toContain('perf_responder_hook_deliveries_total{source="alertmanager",status="202"}');
    outage = true;
    expect((await get('/healthz')).status).toBe(200);
    // Readiness is asked of Temporal every two seconds at most, however many ask the hook.
    await expect.poll(async () => (await get('/readyz')).status, { timeout: 60_000 }).toBe(503);
  });

  it('incidents and reports ask for the token of readers; one that sends alerts reads nothing', async () => {
    expect((await get('/incidents/known')).status).toBe(401);
    expect((await get('/incidents/known', bearer)).status).toBe(401);
    expect((await get('/incidents/known/report', bearer)).status).toBe(401);
    expect(JSON.parse((await get('/incidents/known', reader)).text)).toEqual({ incidentId: 'known', phase: 'waiting' });
    expect(await get('/incidents/known/report', reader)).toMatchObject({
      status: 200,
      text: 'report as html',
      type: 'text/html; charset=utf-8',
    });
    expect((await get('/incidents/known/report.md', reader)).text).toBe('report as md');
    expect((await get('/incidents/known/report.json', reader)).text).toBe('report as json');
    expect((await get('/incidents/other/report', reader)).status).toBe(404);
  });

  it('a signed link opens the report of its incident until it expires', async () => {
    const key = 'key-of-links';
    const link = new URL(signReportLink(key, hook.origin, 'known', new Date(Date.now() + 60_000)));
    expect((await get(`${link.pathname}${link.search}`)).text).toBe('report as html');
    expect((await get(`${link.pathname}.md${link.search}`)).text).toBe('report as md');
    expect((await get(`/incidents/other/report${link.search}`)).status).toBe(401);
    const expired = new URL(signReportLink(key, hook.origin, 'known', new Date(Date.now() - 1000)));
    expect((await get(`${expired.pathname}${expired.search}`)).status).toBe(401);
    const moved = new URLSearchParams(link.search);
    moved.set('expires', String(Number(moved.get('expires')) + 1000));
    expect((await get(`${link.pathname}?${moved.toString()}`)).status).toBe(401);
  });

  it('gives an artifact by its name, as bytes to be saved, for the same token or link', async () => {
    const path = '/incidents/known/artifacts/profile.pb.gz';
    const link = new URL(signReportLink('key-of-links', hook.origin, 'known', new Date(Date.now() + 60_000)));
    for (const opened of [fetch(`${hook.origin}${path}`, { headers: reader }), fetch(`${hook.origin}${path}${link.search}`)]) {
      const answer = await opened;
      expect([answer.status, [...new Uint8Array(await answer.arrayBuffer())]]).toEqual([200, [0, 255, 10]]);
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        'content-type': 'application/octet-stream',
        'content-disposition': 'attachment; filename="profile.pb.gz"',
        'content-security-policy': "default-src 'none'; sandbox",
        'x-content-type-options': 'nosniff',
      });
    }
    expect((await get(path)).status).toBe(401);
    expect((await get(path, bearer)).status).toBe(401);
    expect((await get(`/incidents/other/artifacts/profile.pb.gz${link.search}`)).status).toBe(401);
    expect(await get('/incidents/known/artifacts/plan.json', reader)).toMatchObject({
      status: 404,
      text: expect.stringContaining('report lists') as string,
    });
    expect(await get('/incidents/known/artifacts/huge.pb.gz', reader)).toMatchObject({
      status: 413,
      text: expect.stringContaining('perf-responder report known --artifact huge.pb.gz') as string,
    });
    for (const outside of ['..%2f..%2fetc%2fpasswd', '../../passwd', '.hidden', 'a/b']) {
      expect((await get(`/incidents/known/artifacts/${outside}`, reader)).status).toBe(404);
    }
  });

  it.each([
    ['POST', '/alerts/AlertManager', 404],
    ['POST', '/alerts/', 404],
    ['POST', '/nothing', 404],
    ['DELETE', '/healthz', 405],
    ['POST', '/incidents/known', 405],
    ['PUT', '/alerts/alertmanager', 405],
  ])('answers %s %s with %i', async (method, path, status) => {
    expect((await fetch(`${hook.origin}${path}`, { method, headers: bearer })).status).toBe(status);
  });

  it('survives what is no address', async () => {
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(new URL(hook.origin).port), '127.0.0.1', () =>
        socket.write('GET //[ HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'),
      );
      socket.on('data', (data) => resolve(data.toString()));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 40[04]/);
    expect((await get('/incidents/%E0%A4%A', reader)).status).toBe(404);
  });
});
