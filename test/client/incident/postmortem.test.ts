import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Actor } from '../../../core/command/incident/record-event.js';
import { acknowledgeIncident, resolveIncidentUpdate } from '../../../workflows/command/messages.js';
import { runStateQuery } from '../../../workflows/runbook/messages.js';
import { startCommandWorld } from '../../support/stories/command-world.js';
import { startReceiver } from '../../support/services/webhook-receiver.js';
import { documentOf, runCli } from '../run-cli.js';

const alice: Actor = { person: 'alice', proof: 'token' };
let receiver: Awaited<ReturnType<typeof startReceiver>>;
let catalog: string;
let world: Awaited<ReturnType<typeof startCommandWorld>>;
let stopWorker: () => Promise<void>;

beforeAll(async () => {
  receiver = await startReceiver('');
  catalog = `version: 1
people:
  alice: { notify: [{ kind: webhook, url: "${receiver.origin}/alice" }] }
escalation: { paging: [{ level: L1, role: On-Call Engineer, after: 0s, notify: [alice] }] }
incidents: { roles: { commander: alice }, notify: [{ kind: webhook, url: "${receiver.origin}/all" }] }
services:
  shop: { endpoints: { e: { url: "http://127.0.0.1:1/a", budgets: { p95Ms: 250 } } } }
`;
  world = await startCommandWorld(catalog);
  stopWorker = await world.startWorker();
});

afterAll(async () => {
  await stopWorker();
  await world.teardown();
  await receiver.close();
});

async function resolvedIncident(): Promise<string> {
  const what = { title: 'Shop is slow', impact: null, severity: 'SEV2', severityRule: null, services: ['shop'], endpoints: [] } as const;
  const onset = { at: new Date(Date.now() - 600_000).toISOString(), uncertaintyS: 60 };
  const { incidentId } = await world.incidents.declare({ ...what, onset, by: alice, mayAttach: false });
  await world.incidents.update(incidentId, acknowledgeIncident, { by: alice });
  await world.incidents.update(incidentId, resolveIncidentUpdate, { summary: { inline: 'pool was too small' }, by: alice });
  return incidentId;
}

function incident(...words: string[]) {
  const where = ['--address', world.environment.address, '--data', world.dataDirectory, '--json'];
  return runCli(['incident', ...words, ...where], { cwd: world.dataDirectory });
}

const postmortem = (id: string, ...flags: string[]) => incident('postmortem', id, ...flags);

it('writes one file from the record and the notes, keeps what people edit, and adds the same notes once', async () => {
  const id = await resolvedIncident();
  const day = (await world.incidents.status(id)).declaredAt.slice(0, 10);
  await writeFile(join(world.dataDirectory, 'notes.txt'), `Date: ${day} UTC\n00:00 - pool seen full\nno time here\n`);
  const first = await postmortem(id, '--from-notes', 'notes.txt');
  expect(first).toMatchObject({ code: 0, err: '' });
  const path = join(world.dataDirectory, `postmortem-${day}.md`);
  const written = await world.incidents.status(id);
  expect(written.postmortem).toMatchObject({ path });
  expect(written.timeline.find(({ text }) => text === 'pool seen full')).toMatchObject({ source: 'import', precision: 'minute' });
  expect(documentOf(first)).toMatchObject({
    path,
    metrics: { ttr: { status: 'recorded', unit: 's' }, failedRequests: { value: null, status: 'not-known' } },
    notes: { imported: 1, known: 0, unparsed: [{ line: 3, text: 'no time here' }] },
  });
  const text = await readFile(path, 'utf8');
  expect(text).toContain('| 00:00 | pool seen full');
  await writeFile(path, text.replace('## Root Cause\n\nNot known.', '## Root Cause\n\nThe pool had 2 connections.'));
  const second = await postmortem(id, '--from-notes', 'notes.txt');
  expect(documentOf(second)).toMatchObject({ path, notes: { imported: 0, known: 1 } });
  expect(await readFile(path, 'utf8')).toContain('The pool had 2 connections.');
});

it('declares, drafts, refuses, publishes and exports from the command line', { timeout: 120_000 }, async () => {
  const declared = documentOf(
    await incident(
      'declare',
      'pool is full on db-1',
      '--severity',
      'SEV2',
      '--service',
      'shop',
      '--public-title',
      'Slow checkout',
      '--by',
      'alice',
    ),
  ) as { id: string };
  const update = (...words: string[]) => incident('update', declared.id, ...words, '--audience', 'external', '--by', 'alice');
  const bad = await update('db-1 is down.');
  expect([bad.code, bad.err]).toEqual([0, expect.stringContaining('a host name or network address')]);
  const refused = await incident('publish', declared.id, (documentOf(bad) as { event: string }).event, '--by', 'bob');
  expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('cannot go outside: line 1')]);
  const good = documentOf(await update('Some customers wait long. The next update follows by 15:30 UTC.')) as { event: string };
  const published = await incident('publish', declared.id, good.event, '--by', 'bob');
  expect([published.code, published.err]).toEqual([0, '']);
  const written = documentOf(await update()) as { event: string; warning: string | null };
  const { communications } = await world.incidents.status(declared.id);
  expect(communications.find(({ id }) => id === good.event)).toMatchObject({ audience: 'external', state: 'published' });
  expect(communications.find(({ id }) => id === written.event)).toMatchObject({
    state: 'draft',
    text: expect.stringContaining('next update') as string,
  });
  await writeFile(join(world.dataDirectory, 'responder.yaml'), catalog);
  const where = { cwd: world.dataDirectory };
  const exported = await runCli(['status', 'publish', '--out', 'page', '--data', world.dataDirectory, '--json'], where);
  expect(exported).toMatchObject({ code: 0 });
  expect(documentOf(exported)).toMatchObject({ incidents: [{ id: declared.id, name: 'Slow checkout', status: 'investigating' }] });
  expect(await readFile(join(world.dataDirectory, 'page', 'index.html'), 'utf8')).toContain('Some customers wait long.');
  expect(await readFile(join(world.dataDirectory, 'page', 'feed.rss'), 'utf8')).not.toContain('db-1');
  const tested = await runCli(['oncall', 'test', '--person', 'alice', '--data', world.dataDirectory, '--json'], where);
  expect(tested.code).toBe(0);
  expect(documentOf(tested)).toMatchObject({
    people: [{ person: 'alice', channels: [{ kind: 'webhook', state: 'delivered' }], acknowledgedAt: null }],
  });
  expect(receiver.received.at(-1)?.body).toMatchObject({ event: 'page', status: 'test', ackUrl: null });
});

it('keeps who acts as proven by their own token, in incidents and runbooks; refuses a token of nobody and a name that is not its owner', async () => {
  const id = await resolvedIncident();
  const cwd = join(world.dataDirectory, 'staff');
  await mkdir(cwd);
  const channels = 'notify: [{ kind: webhook, url: http://127.0.0.1:1/ }]';
  const people = `  alice: { token: { env: ALICE_TOKEN }, ${channels} }\n  bob: { ${channels} }\n`;
  await writeFile(join(cwd, 'responder.yaml'), `version: 1\npeople:\n${people}${catalog.slice(catalog.indexOf('services:'))}`);
  const steps = 'steps: [{ id: told, title: Told, kind: note, text: said }]';
  await writeFile(
    join(cwd, 'tell.yaml'),
    `apiVersion: perf-responder/runbook.v1\nname: tell\ntitle: Tell\nservice: shop\nrisk: low\n${steps}\n`,
  );
  const where = ['--address', world.environment.address, '--data', world.dataDirectory, '--json'];
  const say = (token: string, ...words: string[]) =>
    runCli([...words, ...where], { cwd, env: { ALICE_TOKEN: 'of alice', RESPONDER_TOKEN: token } });
  const note = (token: string, text: string, ...flags: string[]) => say(token, 'incident', 'note', id, text, ...flags);
  expect(await note('of alice', 'with a token')).toMatchObject({ code: 0, err: '' });
  const stolen = await note('of alice', 'in the name of bob', '--by', 'bob');
  expect([stolen.code, stolen.err]).toEqual([2, expect.stringContaining('RESPONDER_TOKEN is the token of alice')]);
  const guessed = await note('guessed', 'guessed');
  expect([guessed.code, guessed.err]).toEqual([2, expect.stringContaining('got one of nobody')]);
  const { timeline } = await world.incidents.status(id);
  expect(timeline.filter(({ kind }) => kind === 'note')).toMatchObject([{ text: 'with a token', by: 'alice', proof: 'token' }]);
  const ran = await say('of alice', 'runbook', 'run', 'tell.yaml');
  expect(ran.code).toBe(0);
  const { runId } = documentOf(ran) as { runId: string };
  const { start } = await world.environment.client.workflow.getHandle(runId).query(runStateQuery);
  expect(start.by).toEqual({ person: 'alice', proof: 'token' });
  await writeFile(join(cwd, 'responder.yaml'), 'version: 1\npeople: 3\n');
  expect(await note('of alice', 'unread')).toMatchObject({ code: 2 });
  await rm(join(cwd, 'responder.yaml'));
  const nowhere = await note('of alice', 'without a catalog');
  expect([nowhere.code, nowhere.err]).toEqual([0, expect.stringContaining('RESPONDER_TOKEN proves nothing here')]);
});

it('leaves the file of somebody else alone: beside it, exit 2', async () => {
  const id = await resolvedIncident();
  const path = join(world.dataDirectory, 'mine.md');
  await writeFile(path, 'mine\n');
  const result = await postmortem(id, '--out', 'mine.md', '--template', '004');
  expect(result.code).toBe(2);
  expect(documentOf(result)).toMatchObject({ path: `${path}.new` });
  expect(result.err).toContain('it was not touched');
  expect(await readFile(path, 'utf8')).toBe('mine\n');
});

it('notes without a day are asked for it, and nothing is added', async () => {
  const id = await resolvedIncident();
  await writeFile(join(world.dataDirectory, 'bare.txt'), '14:25 - alert\n');
  const result = await postmortem(id, '--from-notes', 'bare.txt');
  expect(result.code).toBe(2);
  expect(result.err).toContain('Date: 2026-03-02');
  expect((await world.incidents.status(id)).timeline.some(({ text }) => text === 'alert')).toBe(false);
});

it('analyses what the record shows, and says what is not known', async () => {
  const id = await resolvedIncident();
  const answer = await incident('rca', id);
  expect(answer).toMatchObject({ code: 0, err: '' });
  expect(documentOf(answer)).toMatchObject({
    onset: { uncertaintyS: 60, from: 'the declaration' },
    rootCause: null,
    whys: [],
    contributing: [{ id: 'detection.no-alert' }, { id: 'detection.late' }, { id: 'response.no-runbook' }],
    recommendations: { immediate: [] },
  });
});

it('follows what was promised until something shows that it is done', async () => {
  const id = await resolvedIncident();
  const added = documentOf(
    await incident('actions', id, '--add', 'Add a timeout of 2 s', '--priority', 'P1', '--owner', 'alice', '--due', '2030-01-02'),
  );
  expect(added).toMatchObject({
    actions: [{ id: 'A-1', title: 'Add a timeout of 2 s', owner: 'alice', state: 'open' }, { state: 'proposed' }],
  });
  expect(await incident('actions', id, '--done', 'A-1')).toMatchObject({ code: 2, err: expect.stringContaining('--evidence') as string });
  const done = documentOf(await incident('actions', id, '--done', 'A-1', '--evidence', 'merged in #412'));
  expect(done).toMatchObject({ actions: [{ id: 'A-1', state: 'done' }, { state: 'proposed' }] });
  expect(await incident('actions', id, '--done', 'A-1', '--evidence', 'again')).toMatchObject({
    code: 2,
    err: expect.stringContaining('already') as string,
  });
});

it('writes the runbook of a service from the catalog and its incidents, and keeps what people add', async () => {
  const id = await resolvedIncident();
  const catalog = join(world.dataDirectory, 'responder.yaml');
  await writeFile(
    catalog,
    'version: 1\nservices:\n  shop: { owner: [carol], endpoints: { checkout: { url: "http://127.0.0.1:1/checkout", budgets: { p95Ms: 250 } } } }\npeople: { carol: { notify: [] } }\n',
  );
  const path = join(world.dataDirectory, 'docs', 'runbooks', 'shop-runbook.md');
  const write = (service: string) =>
    runCli(
      ['runbook', 'write', service, '--catalog', catalog, '--address', world.environment.address, '--data', world.dataDirectory, '--json'],
      { cwd: world.dataDirectory },
    );
  expect(documentOf(await write('shop'))).toMatchObject({ path, service: 'shop' });
  const first = await readFile(path, 'utf8');
  for (const text of ['# Runbook: shop', 'checkout, GET /checkout: p95 within 250 ms', 'carol', id, 'Shop is slow', 'no cause was shown'])
    expect(first).toContain(text);
  await writeFile(path, first.replace('What it is for, and who notices when it is slow.', 'Sells things.'));
  await write('shop');
  expect(await readFile(path, 'utf8')).toContain('Sells things.');
  expect(await write('shoe')).toMatchObject({
    code: 2,
    err: expect.stringContaining('expected a service of the catalog (shop)') as string,
  });
});
