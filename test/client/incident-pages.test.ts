import { mkdirSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHook, type RunningHook } from '../../client/hook/hook-server.js';
import { createStatusPages } from '../../client/hook/pages/status-page.js';
import { createPageIncidents } from '../../client/hook/pages/page-incidents.js';
import { pageLinks, testAckUrl } from '../../client/hook/pages/page-link.js';
import type { Actor, RecordEvent } from '../../core/command/incident/record-event.js';
import { acknowledgeIncident, addNoteUpdate, commandStateQuery, decideMitigationUpdate } from '../../workflows/command/messages.js';
import type { commandIncident } from '../../workflows/command/command-incident.js';
import { incidentsQueue } from '../../workflows/kernel/task-queues.js';
import { sendTestPages, type TestPages } from '../../client/oncall/test-pages.js';
import { parseCatalog } from '../../config/catalog.js';
import { startReceiver } from '../support/services/webhook-receiver.js';
import { provenPerson } from '../../client/hook/access/person.js';
import { seenService } from '../../worker/runbook/mitigation-facts.js';
import { startCommandWorld } from '../support/stories/command-world.js';
import { until } from '../support/until.js';

const token = 'read-token-0123456789';
const key = 'k'.repeat(64);
const proxySecret = 'proxy-secret-0123456789';
const bobToken = 'token-of-bob-0123456789';
const catalog = `version: 1
hook: { identity: { header: X-Forwarded-Email, proxies: [127.0.0.0/8], secret: { env: TEST_PAGES_PROXY } }, read: { bearer: { env: TEST_PAGES_TOKEN } }, sources: { generic: { bearer: { env: TEST_PAGES_SENDER } } } }
people: { alice: { notify: [], identity: alice@example.com }, bob: { notify: [], token: { env: TEST_PAGES_BOB } } }
oncall: { primary: { rotation: daily, start: 2026-01-01, people: [alice, bob] } }
incidents: { roles: { commander: alice } }
services: { shop: { deploy: { rollback: ['true'] }, endpoints: { order: { url: http://127.0.0.1:1/order, budgets: { p95Ms: 250 } } } } }
`;
const by = (person: string): Actor => ({ person, proof: 'token' });
const reading = { authorization: `Bearer ${token}` };
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
/** Where a person finds the pictures when they ask for them. */
const pictures = process.env['TEST_PICTURES'];

let world: Awaited<ReturnType<typeof startCommandWorld>>;
let stopWorker: () => Promise<void>;
let hook: RunningHook;
let browser: Browser;
let id: string;

beforeAll(async () => {
  Object.assign(process.env, {
    TEST_PAGES_TOKEN: token,
    TEST_PAGES_SENDER: 'sender-token-0123456789',
    TEST_PAGES_PROXY: proxySecret,
    TEST_PAGES_BOB: bobToken,
  });
  const at = new Date(Date.now() - 5 * 60_000).toISOString();
  const deploy = { at, service: 'shop', kind: 'deploy', ref: 'v42', title: 'v42', by: 'ci', source: 'hook', revertible: true } as const;
  world = await startCommandWorld(catalog, {
    deps: {
      changes: () => Promise.resolve({ changes: [deploy], sources: [] }),
      lookForMitigations: (services) => Promise.resolve({ services: services.map((name) => seenService(world.catalog, name)), checks: [] }),
    },
  });
  stopWorker = await world.startWorker();
  const pages = createPageIncidents(world.environment.client, world.catalog, world.dataDirectory);
  const unused = (): Promise<never> => Promise.reject(new Error('no triage here'));
  const incidents = {
    startOrAttach: unused,
    recordResolved: unused,
    describe: unused,
    readReport: unused,
    readArtifact: unused,
    countStuck: unused,
    countLost: unused,
    ping: () => Promise.resolve(),
  };
  const statusPages = createStatusPages(world.catalog, world.dataDirectory);
  const rest = {
    storeChange: unused,
    statusPages,
    madeToken: null,
    linkKey: () => key,
    rejectedDirectory: world.dataDirectory,
    log: () => undefined,
  };
  hook = await startHook({ catalog: world.catalog, incidents, pages, ...rest }, { host: '127.0.0.1', port: 0 });
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  id = await declare('Checkout <script>alert(1)</script> & more');
}, 60_000);

afterAll(async () => {
  await browser.close();
  await hook.close();
  await stopWorker();
  await world.teardown();
  delete process.env['TEST_PAGES_TOKEN'];
  delete process.env['TEST_PAGES_SENDER'];
  delete process.env['TEST_PAGES_PROXY'];
  delete process.env['TEST_PAGES_BOB'];
});

async function declare(title: string): Promise<string> {
  const request = {
    impact: 'carts are lost',
    severity: 'SEV2' as const,
    severityRule: null,
    services: ['shop'],
    endpoints: [],
    onset: null,
  };
  const { incidentId } = await world.incidents.declare({ title, ...request, by: by('alice'), mayAttach: false });
  await until(async () => (await world.incidents.status(incidentId)).fiveMinutes.every(({ state }) => state === 'done'));
  return incidentId;
}

const links = () => pageLinks(() => key, hook.origin);
const get = (path: string, headers: Record<string, string> = reading) => fetch(`${hook.origin}${path}`, { headers, redirect: 'manual' });
const formOf = (text: string, action: string): string => {
  const match = new RegExp(`action="(/incidents/[^"]*/${action}\\?[^"]*)"`).exec(text);
  return (match?.[1] ?? '').replaceAll('&amp;', '&');
};
const send = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(`${hook.origin}${path}`, { method: 'POST', body: new URLSearchParams(fields), headers });

async function open(options: { width?: number; javaScriptEnabled?: boolean; colorScheme?: 'dark' | 'light' } = {}): Promise<Page> {
  const { width = 1200, ...rest } = options;
  return await browser.newPage({ viewport: { width, height: 800 }, ...rest });
}

async function violations(page: Page): Promise<string[]> {
  // Run from the debugger: the policy of the page rightly forbids scripts from elsewhere.
  await page.evaluate(await readFile(axe, 'utf8'));
  const found = await page.evaluate('axe.run()');
  return (found as { violations: { id: string; nodes: { html: string }[] }[] }).violations.map(
    (one) => `${one.id}: ${one.nodes[0]?.html ?? ''}`,
  );
}

describe('who may read', () => {
  it('needs the token, a signed link or the cookie that one leaves', async () => {
    for (const path of ['/incidents', `/incidents/${id}`, `/incidents/${id}.json`, `/incidents/${id}/events`, '/oncall'])
      expect((await get(path, {})).status).toBe(401);
    const link = links().incidentUrl(id) ?? '';
    const opened = await fetch(link);
    expect(opened.status).toBe(200);
    const cookie = (opened.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    expect((await get('/incidents', { cookie })).status).toBe(200);
    expect((await get('/incidents', { cookie: `${cookie}0` })).status).toBe(401);
    expect((await fetch(link.replace(/.$/, 'x'))).status).toBe(401);
    expect(opened.headers.get('content-security-policy')).toContain("default-src 'none'");
    const document = (await (await get(`/incidents/${id}.json`)).json()) as { id: string };
    expect(document).toEqual(await world.incidents.status(id));
  });
});

describe('acting', () => {
  it('a link that a scanner opens three times changes nothing; the person acts once', async () => {
    const mine = await declare('scanned');
    const link = links().ackUrl(mine, 'alice') ?? '';
    for (let times = 0; times < 3; times += 1) expect(await (await fetch(link)).text()).toContain('Nothing has happened yet');
    expect((await world.incidents.status(mine)).paging.acknowledgedBy).toBeNull();
    expect((await fetch(link, { method: 'POST', headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(403);
    expect((await fetch(link, { method: 'POST' })).status).toBe(200);
    expect(await world.incidents.status(mine)).toMatchObject({ paging: { acknowledgedBy: 'alice' } });
    const again = await fetch(link, { method: 'POST' });
    expect([again.status, await again.text()]).toEqual([409, expect.stringContaining('used already')]);
    expect((await fetch(link.replace('person=alice', 'person=mallory'), { method: 'POST' })).status).toBe(403);
  });

  it('a stale approval is told who decided and when', async () => {
    const mine = await declare('stale');
    const text = await (await get(`/incidents/${mine}`)).text();
    const planId = (await world.incidents.status(mine)).mitigations[0]?.planId ?? '';
    await world.incidents.update(mine, decideMitigationUpdate, { planId, decision: 'reject', by: by('bob') });
    const answer = await send(formOf(text, 'approve'), { by: 'alice', plan: planId, decision: 'approve' });
    expect(answer.status).toBe(409);
    expect(await answer.text()).toMatch(/bob decided already \(reject, \d{4}-/);
    expect((await world.incidents.status(mine)).mitigations[0]?.state).toBe('rejected');
  });

  it('takes notes and a status from the page', async () => {
    const text = await (await get(`/incidents/${id}`)).text();
    expect((await send(formOf(text, 'note'), { text: 'pool is full' })).status).toBe(422);
    expect((await send(formOf(text, 'note'), { by: 'bob', text: 'pool is full' })).status).toBe(200);
    expect((await send(formOf(text, 'state'), { by: 'bob', to: 'nonsense', reason: 'x' })).status).toBe(409);
    expect((await world.incidents.status(id)).timeline.at(-1)).toMatchObject({ text: 'pool is full', by: 'bob' });
  });
});

describe('declaring', () => {
  it('takes a form once, by a person, from its own pages', async () => {
    expect((await get('/incidents/declare', {})).status).toBe(401);
    const [, path = ''] = /action="(\/incidents\/declare\?[^"]*)"/.exec(await (await get('/incidents/declare')).text()) ?? [];
    const form = path.replaceAll('&amp;', '&');
    const fields = {
      by: 'alice',
      title: 'Carts are empty',
      severity: 'SEV2',
      service: 'shop',
      impact: 'carts are lost',
      'public-title': 'Empty carts',
    };
    expect((await send(form, fields, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await send(form.replace('act=', 'act=0'), fields)).status).toBe(403);
    expect((await send(form, { ...fields, by: '' })).status).toBe(422);
    expect(await (await send(form, { ...fields, service: 'nope' })).text()).toContain('expected a service of the catalog');
    const [first, second] = [await send(form, fields), await send(form, fields)];
    const [, declared = ''] = /(INC-\d{4}-\d{4}-\d{3}) is declared/.exec(await first.text()) ?? [];
    expect([first.status, second.status, await second.text()]).toEqual([200, 200, expect.stringContaining(`${declared} is declared`)]);
    expect(await world.incidents.status(declared)).toMatchObject({
      ...{ title: 'Carts are empty', severity: 'SEV2', impact: { summary: 'carts are lost', services: ['shop'] } },
    });
    expect((await world.incidents.status(declared)).timeline[0]).toMatchObject({ kind: 'declared', by: 'alice' });
  });
});

describe('a test page', () => {
  it('goes to every channel, marked, says what arrived, and waits for the answer of a person, not of a program', async () => {
    const receiver = await startReceiver('', (path) => (path === '/gone' ? 404 : 200));
    const at = (path: string): string => `{ kind: webhook, url: ${receiver.origin}${path} }`;
    const people = `version: 1\npeople:\n  alice: { notify: [${at('/alice')}, ${at('/gone')}] }\n  bob: { notify: [${at('/bob')}] }\n  carol: { notify: [{ kind: webhook, url: { env: TEST_NOT_SET } }] }\n`;
    const service = 'services: { shop: { endpoints: { order: { url: http://127.0.0.1:1/order, budgets: { p95Ms: 250 } } } } }';
    let sent: TestPages | null = null;
    const testing = sendTestPages(
      {
        catalog: parseCatalog(`${people}${service}`, 'responder.yaml'),
        dataDirectory: world.dataDirectory,
        people: ['alice', 'bob', 'carol'].map((person) => ({ person, reason: 'named' })),
        ackUrl: (testId, person) => testAckUrl(key, hook.origin, testId, person),
        waitMs: 3_000,
        signal: new AbortController().signal,
      },
      (pages) => (sent = pages),
    );
    await until(() => sent);
    const page = receiver.received.find(({ path }) => path === '/alice');
    expect(page?.body).toMatchObject({
      event: 'page',
      status: 'test',
      title: 'TEST PAGE: nothing is wrong',
      severity: 'SEV4',
      person: 'alice',
    });
    const link = String(page?.body['ackUrl']);
    for (let times = 0; times < 3; times += 1) expect(await (await fetch(link)).text()).toContain('Nothing has happened yet');
    expect((await fetch(link.replace('person=alice', 'person=carol'), { method: 'POST' })).status).toBe(403);
    expect((await fetch(link, { method: 'POST' })).status).toBe(200);
    expect((await fetch(link, { method: 'POST' })).status).toBe(409);
    const { people: tested } = await testing;
    expect(
      tested.map(({ person, acknowledgedAt, channels }) => [person, acknowledgedAt !== null, channels.map(({ state }) => state)]),
    ).toEqual([
      ['alice', true, ['delivered', 'failed']],
      ['bob', false, ['delivered']],
      ['carol', false, ['failed']],
    ]);
    expect(tested[2]?.channels[0]?.detail).toContain('a secret of it is not there');
    expect(receiver.problems).toEqual([]);
    await receiver.close();
  });
});

describe('a long record', () => {
  it('of two thousand events opens as fast as a short one, and stays live', async () => {
    const source = await world.environment.client.workflow.getHandle<typeof commandIncident>(id).query(commandStateQuery);
    if (source === null) throw new Error('no state');
    const note = await world.incidents.keepText('x'.repeat(200));
    const texts = await Promise.all(Array.from({ length: 1000 }, (_, index) => world.incidents.keepText(`${index} ${'y'.repeat(300)}`)));
    const record = Array.from({ length: 2000 }, (_, index): RecordEvent => {
      const at = new Date(Date.parse(source.declaration.declaredAt) + index).toISOString();
      const rest = {
        atOriginal: null,
        recordedAt: at,
        precision: 'exact',
        source: 'human',
        by: by('bob'),
        evidence: [],
        data: {},
      } as const;
      return {
        id: `T-${index + 1}`,
        seq: index + 1,
        at,
        kind: 'note',
        text: texts[index % 1000] ?? note,
        pinned: index % 100 === 0,
        ...rest,
      };
    });
    const long = 'INC-2026-0101-900';
    const carried = { ...source, declaration: { ...source.declaration, incidentId: long }, record };
    await world.environment.client.workflow.start<typeof commandIncident>('commandIncident', {
      ...{ workflowId: long, taskQueue: incidentsQueue, args: [{ declaration: carried.declaration, carried }] },
    });
    const took: number[] = [];
    const open = async (path: string): Promise<string> => {
      const began = performance.now();
      const text = await (await get(path)).text();
      took.push(Math.round(performance.now() - began));
      return text;
    };
    const page = await open(`/incidents/${long}`);
    expect([(page.match(/<span class="meta">/g) ?? []).length, page.length < 300_000]).toEqual([220, true]);
    expect(page).toContain('1800 older events');
    for (let times = 0; times < 3; times += 1) await open(`/incidents/${long}`);
    expect(((await open(`/incidents/${long}?all=1`)).match(/<span class="meta">/g) ?? []).length).toBe(2020);
    if (pictures !== undefined) console.log(`2,000 events: opened in ${took.join(', ')} ms, ${page.length} characters`);
    // The bar is a second on a machine of its own; the first time reads a thousand texts.
    expect(Math.min(...took)).toBeLessThan(1_000);
    await world.incidents.update(long, addNoteUpdate, { text: await world.incidents.keepText('still alive'), by: by('bob') });
    expect(await open(`/incidents/${long}`)).toContain('still alive');
  });
});

describe('telling', () => {
  it('drafts and publishes from the page; the status page is open to everybody', async () => {
    const mine = await declare('pool is full on db-prod-1');
    const of = async (action: string): Promise<string> => formOf(await (await get(`/incidents/${mine}`)).text(), action);
    expect((await fetch(`${hook.origin}/status/incidents/${mine}.html`)).status).toBe(404);
    const asked = await send(await of('update'), {
      by: 'bob',
      audience: 'external',
      update: 'Some customers cannot pay. Next update by 15:30 UTC.',
    });
    const [, draft] = /The draft is (T-\d+)/.exec(await asked.text()) ?? [];
    expect(await (await get(`/incidents/${mine}`)).text()).toContain('Some customers cannot pay.');
    const form = await of('publish');
    expect((await send(form, { by: 'alice', draft: draft ?? '' })).status).toBe(200);
    const again = await send(await of('publish'), { by: 'bob', draft: draft ?? '' });
    expect([again.status, await again.text()]).toEqual([409, expect.stringMatching(/alice approved it already/)]);
    const shown = await fetch(`${hook.origin}/status/incidents/${mine}.html`);
    expect([shown.status, await shown.text()]).toEqual([200, expect.stringContaining('Some customers cannot pay.')]);
    const summary = await fetch(`${hook.origin}/status/api/v2/summary.json`);
    expect([summary.headers.get('access-control-allow-origin'), summary.headers.get('cache-control')]).toEqual(['*', 'public, max-age=30']);
    const same = { headers: { 'if-none-match': summary.headers.get('etag') ?? '' } };
    expect((await fetch(`${hook.origin}/status/api/v2/summary.json`, same)).status).toBe(304);
    expect(await summary.text()).not.toContain('db-prod-1');
    expect((await fetch(`${hook.origin}/status/`, { method: 'POST' })).status).toBe(405);
    expect((await fetch(`${hook.origin}/status`, { redirect: 'manual' })).status).toBe(308);
    for (const path of ['/status/../healthz.html', '/status/api/v2/', '/status/%2e%2e/link-key'])
      expect((await fetch(`${hook.origin}${path}`)).status).toBe(404);
    expect(await (await fetch(`${hook.origin}/status/feed.atom`)).text()).toContain(`href="${hook.origin}/status/"`);
  });
});

describe('who acts', () => {
  const asAlice = { 'x-forwarded-email': 'alice@example.com', 'x-responder-proxy-secret': proxySecret };
  const note = async (fields: Record<string, string>, headers: Record<string, string> = {}): Promise<[number, string]> => {
    const path = formOf(await (await get(`/incidents/${id}`)).text(), 'note');
    const answer = await send(path, { text: 'seen', ...fields }, headers);
    return [answer.status, await answer.text()];
  };
  const anyText = expect.any(String) as string;
  const last = async () => (await world.incidents.status(id)).timeline.at(-1);

  it('is proven by a proxy that is trusted, by a token of their own, or not at all, and the record says how', async () => {
    expect(await note({}, asAlice)).toEqual([200, anyText]);
    expect(await last()).toMatchObject({ by: 'alice', proof: 'trusted-proxy' });
    expect(await note({}, { authorization: `Bearer ${bobToken}` })).toEqual([200, anyText]);
    expect(await last()).toMatchObject({ by: 'bob', proof: 'token' });
    expect(await note({ by: 'bob' }, reading)).toEqual([200, anyText]);
    expect(await last()).toMatchObject({ by: 'bob', proof: 'unverified' });
  });

  it('is refused where what is shown is wrong, or says another name', async () => {
    const denied: [Record<string, string>, Record<string, string>, RegExp][] = [
      [{}, { ...asAlice, 'x-responder-proxy-secret': 'guessed' }, /believed of the trusted proxy only/],
      [{}, { 'x-forwarded-email': 'alice@example.com' }, /believed of the trusted proxy only/],
      [{}, { ...asAlice, 'x-forwarded-email': 'mallory@example.com' }, /mallory@example.com is nobody in people/],
      [{}, { ...asAlice, 'x-forwarded-email': 'alice@example.com, bob' }, /is nobody in people/],
      [{ by: 'bob' }, asAlice, /you are alice, and this is for bob/],
      [{}, { authorization: 'Bearer of-nobody' }, /token is of nobody/],
    ];
    for (const [fields, headers, why] of denied) expect(await note(fields, headers)).toEqual([403, expect.stringMatching(why)]);
    const link = links().ackUrl(id, 'bob') ?? '';
    expect((await fetch(link, { method: 'POST', headers: asAlice })).status).toBe(403);
  });

  it('is not proven by the proxy for a form of somebody else, who hides where it is and knows a link', async () => {
    const shown = await get(`/incidents/${id}`);
    // A browser tells our own forms apart only where a page lets it.
    expect(shown.headers.get('referrer-policy')).toBe('same-origin');
    const path = formOf(await shown.text(), 'note');
    const { length } = (await world.incidents.status(id)).timeline;
    for (const origin of ['null', 'http://elsewhere.test', 'not an origin'])
      expect([origin, (await send(path, { text: 'forged' }, { ...asAlice, origin })).status]).toEqual([origin, 403]);
    expect((await world.incidents.status(id)).timeline).toHaveLength(length);
  });

  it('is not proven by a header from elsewhere, whatever it says', () => {
    const from = (remoteAddress: string, proxies: string[]) => {
      const headers = { 'x-forwarded-email': 'alice@example.com' };
      const identity = { header: 'X-Forwarded-Email', proxies };
      return provenPerson({ ...world.catalog, hook: { identity } }, null, {
        headers,
        socket: { remoteAddress },
      } as unknown as IncomingMessage);
    };
    expect(from('10.0.0.5', ['10.0.0.5'])).toEqual({ person: 'alice', proof: 'trusted-proxy' });
    expect(from('::ffff:10.0.0.5', ['10.0.0.0/24'])).toEqual({ person: 'alice', proof: 'trusted-proxy' });
    expect(from('fd00::7', ['fd00::/16'])).toEqual({ person: 'alice', proof: 'trusted-proxy' });
    expect(from('10.0.1.5', ['10.0.0.0/24', 'fd00::/16'])).toMatchObject({ refused: expect.stringMatching(/another address/) as string });
  });
});

describe('in a browser', () => {
  it('has no violation of axe, on a phone and a desk, by day and by night', async () => {
    if (pictures !== undefined) mkdirSync(pictures, { recursive: true });
    for (const [width, colorScheme] of [
      [360, 'light'],
      [360, 'dark'],
      [1200, 'light'],
    ] as const) {
      const page = await open({ width, colorScheme });
      await page.setExtraHTTPHeaders(reading);
      for (const [name, path] of [
        ['incident', `/incidents/${id}`],
        ['list', '/incidents'],
        ['oncall', '/oncall'],
        ['declare', '/incidents/declare'],
        ['status', '/status/'],
        ['history', '/status/history.html'],
      ] as const) {
        await page.goto(`${hook.origin}${path}`);
        expect(await violations(page)).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
        if (pictures !== undefined) await page.screenshot({ path: join(pictures, `${name}-${width}-${colorScheme}.png`), fullPage: true });
      }
      await page.close();
    }
  }, 60_000);

  it('is complete without JavaScript, and the keyboard alone acknowledges', async () => {
    const mine = await declare('by keyboard');
    const page = await open({ javaScriptEnabled: false });
    await page.goto(links().incidentUrl(mine) ?? '');
    expect(await page.textContent('main')).toContain('Take deploy v42 of shop back');
    await page.focus('#ack-by');
    await page.keyboard.press('a');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForSelector('text=You have acknowledged');
    expect((await world.incidents.status(mine)).paging.acknowledgedBy).toBe('alice');
    await page.close();
  });

  it('shows live what changes, and keeps what somebody is writing', async () => {
    const page = await open();
    await page.goto(links().incidentUrl(id) ?? '');
    await page.waitForSelector('text=live');
    await page.click('summary:has-text("Add a note")');
    await page.fill('#text', 'half written');
    await world.incidents.update(id, acknowledgeIncident, { by: by('bob') });
    await world.incidents.update(id, addNoteUpdate, { text: await world.incidents.keepText('seen live'), by: by('bob') });
    await page.waitForSelector('#live >> text=seen live', { timeout: 15_000 });
    expect(await page.inputValue('#text')).toBe('half written');
    expect(await page.title()).toContain('<script>alert(1)</script>');
    await page.close();
  }, 30_000);
});
