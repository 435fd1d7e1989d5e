import { spawn, type ChildProcess } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { noPages, noStatusPages } from '../support/no-pages.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AlertSummary } from '../../activities/contract.js';
import { startHook, type RunningHook } from '../../client/hook/hook-server.js';
import { alertSources } from '../../client/hook/sources/registry.js';
import { parseCatalog } from '../../config/catalog.js';

const token = 'token-of-every-source';
const secret = 'secret-of-every-source';
process.env['SOURCES_TOKEN'] = token;
process.env['SOURCES_SECRET'] = secret;
const both = '{ bearer: { env: SOURCES_TOKEN }, hmac: { env: SOURCES_SECRET } }';
const catalog = parseCatalog(
  `version: 1
hook:
  sources: { alertmanager: ${both}, grafana: ${both}, pagerduty: ${both}, datadog: ${both}, generic: ${both} }
alerts:
  - match: { service: Checkout in production }
    endpoint: shop/place-order
services:
  shop:
    endpoints:
      place-order: { method: POST, url: http://127.0.0.1:8080/orders, budgets: { p95Ms: 250 } }
      search: { url: 'http://127.0.0.1:8080/search?q=red', budgets: { p95Ms: 150 } }
      web: { url: 'http://127.0.0.1:8080/', budgets: { p95Ms: 150 } }
`,
  'responder.yaml',
);

const open = new Set<string>();
const received: { endpoint: string; alert: AlertSummary }[] = [];
const logged: string[] = [];
let hook: RunningHook;
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'perf-sources-'));
  const incidents = {
    startOrAttach: (endpoint: string, alert: AlertSummary) => {
      received.push({ endpoint, alert });
      const started = !open.has(endpoint);
      open.add(endpoint);
      return Promise.resolve({ incidentId: `perf-${endpoint.replace('/', '-')}`, started });
    },
    recordResolved: (endpoint: string, alert: AlertSummary) => {
      if (!open.has(endpoint)) return Promise.resolve(null);
      received.push({ endpoint, alert });
      return Promise.resolve({ incidentId: `perf-${endpoint.replace('/', '-')}` });
    },
    describe: () => Promise.resolve(null),
    readReport: () => Promise.resolve(null),
    readArtifact: () => Promise.resolve(null),
    countStuck: () => Promise.resolve(0),
    countLost: () => Promise.resolve(0),
    ping: () => Promise.resolve(),
  };
  hook = await startHook(
    {
      catalog,
      incidents,
      pages: noPages,
      statusPages: noStatusPages,
      madeToken: null,
      linkKey: () => 'key-of-links',
      storeChange: () => Promise.resolve('chg-0'),
      rejectedDirectory: join(directory, 'rejected'),
      log: (line) => logged.push(line),
    },
    { host: '127.0.0.1', port: 0 },
  );
});
afterAll(async () => {
  await hook.close();
  await rm(directory, { recursive: true });
});
beforeEach(() => {
  open.clear();
  received.length = 0;
});

interface Posted {
  status: number;
  answer: {
    incidents?: { endpoint: string; started: boolean }[];
    ignored?: { reason: string; labels: Record<string, string> }[];
    expected?: string;
    came?: string;
  };
}

async function post(path: string, body: unknown, headers: Record<string, string> = { authorization: `Bearer ${token}` }): Promise<Posted> {
  const raw = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(`${hook.origin}${path}`, { method: 'POST', body: raw, headers });
  return { status: response.status, answer: (await response.json()) as Posted['answer'] };
}

const folder = new URL('../../fixtures/alerts/', import.meta.url);
const sample = (file: string): Record<string, unknown> =>
  JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Record<string, unknown>;

interface Expected {
  file: string;
  post_to: string;
  http: string;
  truncated?: number;
  alerts: {
    id: string;
    status: string;
    title: string | null;
    severity: string | null;
    startsAt?: string;
    service: string | null;
    endpoint: string | null;
    labels?: Record<string, string>;
  }[];
}
const expected = JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8')) as Expected[];

describe('deliveries of real senders', () => {
  it.each(expected.filter(({ alerts }) => alerts.length > 0))(
    '$file is read as expected.json says',
    ({ file, post_to: path, alerts, truncated }) => {
      const source = alertSources.find(({ name }) => path === `/alerts/${name}`);
      const read = source?.read(sample(file));
      if (read?.ok !== true) throw new Error(`${file}: ${JSON.stringify(read)}`);
      expect(read.truncated).toBe(truncated ?? 0);
      expect(read.alerts).toHaveLength(alerts.length);
      expect(read.ignored).toEqual([]);
      for (const [index, alert] of alerts.entries()) {
        const came = read.alerts[index];
        // `None@…`: the sender gave no fingerprint; ours is made of the labels, and the time is that of the body.
        if (alert.id.startsWith('None@')) expect(came?.id).toMatch(/^[0-9a-f]{16}@2026-11-01T19:17:37\.804Z$/);
        else expect(alert.id.split(' or ')).toContain(came?.id);
        expect(came).toMatchObject({ status: alert.status, severity: alert.severity });
        if (alert.title !== null) expect(came?.title).toBe(alert.title);
        if (alert.startsAt !== undefined && !alert.id.startsWith('None@')) expect(came?.startsAt).toBe(alert.startsAt);
        if (alert.labels !== undefined) expect(came?.labels).toEqual(alert.labels);
        if (alert.service !== null && file !== 'datadog-template.json') expect(came?.labels['service']).toBe(alert.service);
      }
    },
  );

  it.each([
    ['alertmanager-two-firing.json', 'alertmanager', []],
    ['kube-prometheus-endpoint-is-port.json', 'alertmanager', []],
    ['alertmanager-service-endpoint-route.json', 'alertmanager', ['shop/search']],
    ['alertmanager-symptom-in-summary.json', 'alertmanager', ['shop/search']],
    ['alertmanager-one-of-two-without-status.json', 'alertmanager', ['shop/search']],
    ['grafana-no-labels.json', 'grafana', []],
    ['grafana-9-firing-and-resolved.json', 'grafana', []],
    ['incidentrelay-94-grafana-values-null.json', 'grafana', ['shop/search']],
    ['pagerduty-v3-triggered.json', 'pagerduty', []],
    ['datadog-template.json', 'datadog', []],
  ])('%s to %s is 202 and starts %j', async (file, source, endpoints) => {
    const { status, answer } = await post(`/alerts/${source}`, sample(file));
    expect(status).toBe(202);
    expect((answer.incidents ?? []).map(({ endpoint }) => endpoint)).toEqual(endpoints);
    if (endpoints.length === 0) expect(answer.ignored?.length).toBeGreaterThan(0);
  });

  it.each([
    ['opsgenie-create.json', 'generic', /Opsgenie/, /\/alerts\/generic/],
    ['newrelic-workflow.json', 'generic', /New Relic/, /\/alerts\/generic/],
    ['sentry.json', 'generic', /Sentry/, /\/alerts\/generic/],
    ['alertmanager-032-custom-payload.json', 'alertmanager', /custom payload/, /remove `payload`/],
    ['grafana-no-labels.json', 'alertmanager', /Grafana Alerting/, /\/alerts\/grafana/],
    ['alertmanager-two-firing.json', 'grafana', /Alertmanager/, /\/alerts\/alertmanager/],
    ['pagerduty-v3-triggered.json', 'generic', /PagerDuty/, /\/alerts\/pagerduty/],
    ['datadog-template.json', 'generic', /Datadog/, /\/alerts\/datadog/],
  ])('%s to %s is 422, names the sender and says what to send instead', async (file, source, sender, advice) => {
    const { status, answer } = await post(`/alerts/${source}`, sample(file));
    expect(status).toBe(422);
    expect(answer.came).toMatch(sender);
    expect(answer.came).toMatch(advice);
    expect(answer.expected).not.toBe('');
    expect(received).toEqual([]);
  });
});

describe('one delivery of Alertmanager', () => {
  const good = { status: 'firing', labels: { service: 'shop', endpoint: 'search' }, startsAt: '2026-01-06T00:17:58Z', fingerprint: 'aa' };
  const group = (...alerts: unknown[]) => ({ version: '4', groupKey: 'g', status: 'firing', alerts });

  it.each([
    ['with an unknown status', { ...good, status: 'pending' }, good.labels],
    ['without labels', { status: 'firing' }, {}],
    ['that is no object', 7, {}],
    ['whose labels hold a list', { status: 'firing', labels: { team: 'x', hosts: ['a'] } }, { team: 'x' }],
  ])('keeps its good alerts when it holds one %s', async (_, bad, labels) => {
    const { status, answer } = await post('/alerts/alertmanager', group(bad, good));
    expect(status).toBe(202);
    expect(answer.incidents).toMatchObject([{ endpoint: 'shop/search', started: true }]);
    expect(answer.ignored).toEqual([{ reason: expect.stringMatching(/^not readable/) as string, labels }]);
  });

  it.each([
    ['firing', 'firing'],
    ['resolved', 'resolved'],
    [undefined, 'firing'],
    ['pending', 'firing'],
  ])('of status %s gives it to an alert without one: %s', (status, wanted) => {
    const source = alertSources.find(({ name }) => name === 'alertmanager');
    const read = source?.read({ ...group({ labels: { team: 'x' }, status: null }, { ...good, status: 'resolved' }), status });
    expect(read).toMatchObject({ ok: true, ignored: [], alerts: [{ status: wanted }, { status: 'resolved' }] });
  });

  it('of a payload of their own without alerts is 422 and says that it must go', async () => {
    const { status, answer } = await post('/alerts/alertmanager', { text: 'HighLatency is firing', channel: '#alerts' });
    expect([status, answer.came, answer.expected]).toEqual([
      422,
      expect.stringContaining('keys text, channel'),
      expect.stringContaining('remove `payload`'),
    ]);
  });

  it('is 422 when none of its alerts can be read', async () => {
    expect((await post('/alerts/alertmanager', group({ status: 'firing' }, 7))).status).toBe(422);
  });

  it('takes numbers and booleans as the text of labels, and null as none', async () => {
    await post(
      '/alerts/alertmanager',
      group({ ...good, labels: { ...good.labels, shard: 7, canary: true, zone: null }, annotations: { value: 1.5 } }),
    );
    expect(received[0]?.alert.labels).toEqual({ service: 'shop', endpoint: 'search', shard: '7', canary: 'true' });
  });

  it('never takes the port of a scrape for an endpoint, even when one has its name, and prints the rule that would help', async () => {
    const scraped = { alertname: 'SlowShop', namespace: 'prod', pod: 'shop-1', container: 'shop', job: 'shop', service: 'shop' };
    const { answer } = await post('/alerts/alertmanager', group({ ...good, labels: { ...scraped, endpoint: 'web' } }));
    expect(answer.incidents).toEqual([]);
    expect(answer.ignored?.[0]?.reason).toContain('{ match: { alertname: SlowShop, service: shop }, endpoint: shop/place-order }');
    const named = await post('/alerts/alertmanager', group({ ...good, labels: { ...scraped, endpoint: 'search' } }));
    expect(named.answer.incidents).toMatchObject([{ endpoint: 'shop/search' }]);
    const plain = await post('/alerts/alertmanager', group({ ...good, labels: { service: 'shop', endpoint: 'web' } }));
    expect(plain.answer.incidents).toMatchObject([{ endpoint: 'shop/web' }]);
  });

  it('with thousands of foreign alerts is answered briefly', async () => {
    const { status, answer } = await post(
      '/alerts/alertmanager',
      group(...Array.from({ length: 3000 }, () => ({ ...good, labels: { a: 'b' } }))),
    );
    expect(status).toBe(202);
    expect(answer.ignored).toHaveLength(101);
    expect(answer.ignored?.at(-1)?.reason).toBe('2900 more');
  });
});

describe('signatures', () => {
  const hex = (content: string, key = secret): string => createHmac('sha256', key).update(content).digest('hex');
  const body = JSON.stringify({ version: '1', orgId: 1, alerts: [{ status: 'firing', labels: { service: 'shop', endpoint: 'search' } }] });
  const now = (): number => Math.floor(Date.now() / 1000);
  const stamped = (stamp: number, key = secret) => ({
    'x-grafana-alerting-timestamp': String(stamp),
    'x-grafana-alerting-signature': hex(`${stamp}:${body}`, key),
  });

  it.each([
    ['over the body', () => ({ 'x-grafana-alerting-signature': hex(body) }), 202],
    ['over time stamp and body', () => stamped(now()), 202],
    ['over a body that was changed', () => ({ 'x-grafana-alerting-signature': hex(`${body} `) }), 401],
    ['with another secret', () => stamped(now(), 'other'), 401],
    ['of ten minutes ago, sent again', () => stamped(now() - 600), 401],
    ['of ten minutes from now', () => stamped(now() + 600), 401],
    ['over the body alone beside a time stamp', () => ({ ...stamped(now()), 'x-grafana-alerting-signature': hex(body) }), 401],
    ['with a time stamp that is none', () => ({ ...stamped(now()), 'x-grafana-alerting-timestamp': 'soon' }), 401],
  ])('of Grafana %s', async (_, headers, status) => {
    expect((await post('/alerts/grafana', body, headers())).status).toBe(status);
  });

  it.each([
    ['one', () => `v1=${hex(body)}`, 202],
    ['the second of two while the secret is rotated', () => `v1=${hex(body, 'old')},v1=${hex(body)}`, 202],
    ['with blanks and an unknown version beside it', () => `v2=00, v1=${hex(body)}`, 202],
    ['none that fits', () => `v1=${hex(body, 'old')}`, 401],
    ['of no known version', () => `v0=${hex(body)}`, 401],
  ])('of PagerDuty: %s', async (_, header, status) => {
    const answered = await post('/alerts/pagerduty', body, { 'x-pagerduty-signature': header() });
    expect(answered.status === 422 ? 202 : answered.status).toBe(status);
  });
});

describe('PagerDuty', () => {
  const event = (event_type: string, data: unknown, occurred_at = '2026-11-04T13:35:29Z') => ({
    event: { id: 'e', event_type, resource_type: 'incident', occurred_at, data },
  });
  const incident = {
    id: 'Q1',
    type: 'incident',
    title: 'p95 900ms',
    urgency: 'high',
    html_url: 'https://acme.pagerduty.com/incidents/Q1',
    service: { id: 'P1', summary: 'Checkout in production' },
    priority: null,
  };

  it('starts, attaches and resolves by the rule that matches its service', async () => {
    expect((await post('/alerts/pagerduty', event('incident.triggered', incident))).answer.incidents).toMatchObject([
      { endpoint: 'shop/place-order', started: true },
    ]);
    expect(received[0]?.alert).toMatchObject({
      id: 'Q1',
      severity: 'high',
      symptom: { metric: 'p95', value: 900 },
      links: [incident.html_url],
    });
    await post('/alerts/pagerduty', event('incident.reopened', incident));
    expect(received[1]?.alert.id).toBe('Q1@2026-11-04T13:35:29.000Z');
    await post('/alerts/pagerduty', event('incident.resolved', incident));
    expect(received.map(({ alert }) => alert.status)).toEqual(['firing', 'firing', 'resolved']);
  });

  it.each(['incident.acknowledged', 'incident.annotated', 'service.updated', 'pagey.ping', 'toString'])(
    'answers 202 to the event %s, which is not used',
    async (type) => {
      const { status, answer } = await post('/alerts/pagerduty', event(type, { id: 'x', type: 'incident_note' }));
      expect([status, answer]).toEqual([202, { incidents: [], ignored: [{ reason: `the event ${type} is not used`, labels: {} }] }]);
    },
  );
});

describe('Datadog', () => {
  const stock = {
    id: '7309',
    alert_id: '98765',
    alert_cycle_key: '$ALERT_CYCLE_KEY',
    alert_transition: 'Triggered',
    title: '[Triggered] shop is slow',
    date: '1795858323300',
    tags: 'env:prod,service:shop,endpoint:search,urgent',
  };

  it('finds the endpoint by its tags, and treats a variable that was not filled in as none', async () => {
    expect((await post('/alerts/datadog', stock)).answer.incidents).toMatchObject([{ endpoint: 'shop/search', started: true }]);
    expect(received[0]?.alert).toMatchObject({ id: '98765', startsAt: '2026-11-28T09:32:03.300Z', labels: { env: 'prod', urgent: '' } });
  });

  it.each([
    ['Re-Triggered', 'firing'],
    ['Warn', 'firing'],
    ['Re-No Data', 'firing'],
    ['Renotify', 'firing'],
    ['Recovered', 'resolved'],
  ])('takes the transition %s for %s', async (alert_transition, status) => {
    open.add('shop/search');
    await post('/alerts/datadog', { ...stock, alert_transition });
    expect(received[0]?.alert.status).toBe(status);
  });

  it('reads the template of the documentation', async () => {
    const page = readFileSync(new URL('../../docs/alert-sources.md', import.meta.url), 'utf8');
    const template = /```json\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
    const filled: Record<string, string> = {
      ALERT_TRANSITION: 'Triggered',
      TAGS: stock.tags,
      ALERT_CYCLE_KEY: '42',
      EVENT_TITLE: 'slow',
      DATE: stock.date,
    };
    expect(
      (
        await post(
          '/alerts/datadog',
          template.replaceAll(/\$([A-Z_]+)/g, (whole, name: string) => filled[name] ?? whole),
        )
      ).status,
    ).toBe(202);
    expect(received[0]).toMatchObject({ endpoint: 'shop/search', alert: { id: '42', title: 'slow', severity: null } });
  });

  it('knows a recovery of the stock template for that of its trigger, whose event has another id and type', async () => {
    open.add('shop/search');
    const told = (id: string, title: string, alert_type: string): Promise<unknown> =>
      post('/alerts/datadog', { id, title, alert_type, event_type: 'query_alert_monitor', last_updated: '1', tags: stock.tags });
    await told('8306082202796025694', '[P2] [Triggered on {host:a}] shop is slow', 'error');
    await told('8306082202796029999', '[P2] [Recovered on {host:a}] shop is slow', 'success');
    await told('8306082202796030001', '[P2] [Triggered on {host:b}] shop is slow', 'error');
    const [trigger, recovery, other] = received.map(({ alert }) => alert);
    expect(recovery).toMatchObject({ id: trigger?.id, status: 'resolved' });
    expect(other?.id).not.toBe(trigger?.id);
  });

  it('reads the transition from the title of the stock template, and refuses one that it does not know', async () => {
    await post('/alerts/datadog', {
      id: '1',
      title: '[Recovered on {host:a}] shop is slow',
      event_type: 'query_alert_monitor',
      last_updated: '1',
      tags: stock.tags,
    });
    expect(received).toEqual([]);
    await post('/alerts/datadog', { id: '1', title: '[P2] [Triggered on {host:a}] shop is slow', tags: stock.tags });
    expect(received[0]?.alert.status).toBe('firing');
    const { status, answer } = await post('/alerts/datadog', { ...stock, alert_transition: 'Sleeping', title: 'x' });
    expect(status).toBe(422);
    expect(answer.came).toContain('"Sleeping"');
  });
});

const binary = '/usr/bin/prometheus-alertmanager';

describe.skipIf(!existsSync(binary))('the real Alertmanager with one receiver for everything', () => {
  let alertmanager: ChildProcess;
  let port = 0;
  const said: string[] = [];

  beforeAll(async () => {
    const config = `route: { receiver: responder, group_wait: 100ms, group_interval: 1s, repeat_interval: 1h, group_by: ['...'] }
receivers:
  - name: responder
    webhook_configs:
      - url: ${hook.origin}/alerts/alertmanager
        send_resolved: true
        http_config: { authorization: { credentials: ${token} } }
`;
    await writeFile(join(directory, 'alertmanager.yml'), config);
    const flags = [`--config.file=${join(directory, 'alertmanager.yml')}`, `--storage.path=${join(directory, 'am')}`];
    alertmanager = spawn(binary, [...flags, '--web.listen-address=127.0.0.1:0', '--cluster.listen-address='], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [alertmanager.stdout, alertmanager.stderr]) stream?.on('data', (data: Buffer) => said.push(data.toString()));
    // It takes a port by itself and tells which: nobody can take it before.
    await until(() => {
      port = Number(/msg="Listening on" address=127\.0\.0\.1:(\d+)/.exec(said.join(''))?.[1] ?? 0);
      return port > 0;
    });
    await until(async () => (await fetch(`http://127.0.0.1:${port}/-/ready`).catch(() => null))?.ok === true);
  }, 60_000);
  afterAll(() => void alertmanager.kill());

  async function until(isDone: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 50_000;
    while (!(await isDone())) {
      if (Date.now() > deadline) throw new Error(`not within 50 s; Alertmanager said: ${said.join('').slice(-2000)}`);
      await sleep(100);
    }
  }

  const fire = async (...alerts: { labels: Record<string, string>; endsAt?: string }[]): Promise<void> => {
    const response = await fetch(`http://127.0.0.1:${port}/api/v2/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(alerts),
    });
    expect(response.status).toBe(200);
  };

  it('is understood, is content with what is not ours, and hears of resolved alerts', async () => {
    const ours = { alertname: 'HighLatency', service: 'shop', endpoint: 'search', severity: 'page' };
    await fire({ labels: ours }, { labels: { alertname: 'DiskFull', host: 'db-1' } });
    const metrics = async (): Promise<string> => await (await fetch(`${hook.origin}/metrics`)).text();
    await until(() => received.length === 1);
    await until(async () => /alerts_total\{source="alertmanager",result="ignored"\} [1-9]/.test(await metrics()));
    expect(received[0]).toMatchObject({
      endpoint: 'shop/search',
      alert: { source: 'alertmanager', status: 'firing', severity: 'page', labels: ours },
    });
    await fire({ labels: ours, endsAt: new Date(Date.now() - 1000).toISOString() });
    await until(() => received.some(({ alert }) => alert.status === 'resolved'));
    const notified = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    expect(notified).toMatch(/alertmanager_notifications_total\{integration="webhook"\} [1-9]/);
    expect(notified).toMatch(/alertmanager_notifications_failed_total\{integration="webhook"[^}]*\} 0/);
    expect(said.join('')).not.toMatch(/Notify for alerts failed|unexpected status code/);
  }, 60_000);
});
