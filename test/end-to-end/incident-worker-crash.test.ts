/**
 * kill -9 of the worker at the requests of one incident, from its declaration to its all-clear: before a receiver has taken a message, and after it
 * has while the worker does not know. The record is that of an undisturbed incident, and nothing stands anywhere twice. `CRASHES=all` takes every
 * request; the suite takes two. A request is named by what it is, never by its place among all: receivers are told at the same time, so which of two
 * comes first differs from run to run.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { randomUUID } from 'node:crypto';
import type { UpdateDefinition } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { artifactDirectory, createArtifactStore } from '../../adapters/artifacts/artifact-store.js';
import { readPublished } from '../../adapters/status-page/published-incidents.js';
import { createCommandClient, type CommandClient } from '../../client/temporal/command-client.js';
import { ProgramFailedError } from '../../core/model/errors.js';
import type { StatusDocument } from '../../core/command/incident/status-document.js';
import { compiledProgram } from '../../lab/program-path.js';
import {
  acknowledgeIncident,
  postUpdateUpdate,
  publishUpdateUpdate,
  resolveIncidentUpdate,
  type ByRequest,
} from '../../workflows/command/messages.js';
import { incidentsQueue } from '../../workflows/kernel/task-queues.js';
import { startSlack, type LocalSlack } from '../adapters/notifiers/local-slack.js';
import { startStatuspage, type LocalStatuspage } from '../support/services/local-statuspage.js';
import { startTurnstile, type Passing, type Side, type Turnstile } from '../support/services/turnstile.js';
import { startReceiver } from '../support/services/webhook-receiver.js';
import { startTemporal } from '../support/temporal.js';
import { until } from '../support/until.js';

const by = { person: 'alice', proof: 'token' } as const;
let temporal: TestWorkflowEnvironment;
let folder = '';
let dataDirectory = '';
let incidents: CommandClient;
let webhook: Awaited<ReturnType<typeof startReceiver>>;
let slack: LocalSlack;
let statuspage: LocalStatuspage;
const turnstiles: Turnstile[] = [];
let worker: ChildProcess | null = null;

/** Which request of the run ends the worker, and on which side of the receiver. */
let blow: { name: string; side: Side } | null = null;
/** How often each request came in this run. */
let seen = new Map<string, number>();
const isStruck = (): boolean => blow === null;

/** `webhook /all update #2`: the second message of that kind to that receiver. */
function nameIn(receiver: string, { method, path, body }: Passing): string {
  const isRead = method === 'GET';
  const { event } = receiver === 'webhook' ? (JSON.parse(body) as { event: string }) : { event: isRead ? 'look' : 'post' };
  const kind = `${receiver} ${path} ${event}`;
  const times = (seen.get(kind) ?? 0) + 1;
  seen.set(kind, times);
  return `${kind} #${times}`;
}

const isLook = (name: string): boolean => name.includes(' look #');
const namesOfRun = (): string[] =>
  [...seen].flatMap(([kind, times]) => Array.from({ length: times }, (_, index) => `${kind} #${index + 1}`));

async function strike(name: string, side: Side): Promise<void> {
  if (blow?.name !== name || blow.side !== side) return;
  blow = null;
  await kill();
  await start();
}

async function start(): Promise<void> {
  worker = spawn(process.execPath, [resolve('test/programs/command-worker.mjs'), join(folder, 'worker.json')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TEST_SLACK_TOKEN: 'xoxb-right', TEST_STATUSPAGE_KEY: 'right-key' },
  });
  if (worker.stdout !== null) await once(worker.stdout, 'data');
}

async function kill(): Promise<void> {
  const victim = worker;
  worker = null;
  if (victim === null || victim.exitCode !== null || victim.signalCode !== null) return;
  victim.kill('SIGKILL');
  await once(victim, 'exit');
}

beforeAll(async () => {
  temporal = await startTemporal();
  folder = await mkdtemp(join(tmpdir(), 'incident-crash-'));
  dataDirectory = join(folder, 'data');
  incidents = createCommandClient(temporal.client, createArtifactStore({ directory: artifactDirectory(dataDirectory) }));
  [webhook, slack, statuspage] = await Promise.all([startReceiver(''), startSlack(), startStatuspage()]);
  const through = async (receiver: string, upstream: string): Promise<string> => {
    const turnstile = await startTurnstile((request) => nameIn(receiver, request), strike);
    turnstile.upstream = upstream;
    turnstiles.push(turnstile);
    return turnstile.origin;
  };
  const hooks = await through('webhook', webhook.origin);
  const chat = await through('slack', slack.origin);
  const page = await through('statuspage', statuspage.api);
  const catalogFile = join(folder, 'responder.yaml');
  await writeFile(
    catalogFile,
    `version: 1
people: { alice: { notify: [{ kind: webhook, url: ${hooks}/alice }] } }
escalation: { paging: [{ level: L1, role: On-Call Engineer, after: 0s, notify: [alice] }, { level: L2, role: Lead, after: 1h, notify: [alice] }] }
incidents:
  roles: { commander: alice }
  statusPage: { title: Shop status, components: { Checkout: [shop] } }
  notify:
    - { kind: webhook, url: ${hooks}/all }
    - { kind: slack, channel: C0INCIDENT, token: { env: TEST_SLACK_TOKEN }, api: ${chat} }
    - { kind: statuspage, page: abc, key: { env: TEST_STATUSPAGE_KEY }, components: { Checkout: c1 }, api: ${page} }
services: { shop: { endpoints: { order: { url: http://127.0.0.1:1/order, budgets: { p95Ms: 250 } } } } }
`,
  );
  const bundle = compiledProgram('workflow-bundle.js');
  await writeFile(
    join(folder, 'worker.json'),
    JSON.stringify({ address: temporal.address, bundle, catalogFile, dataDirectory, taskQueue: incidentsQueue }),
  );
  await start();
}, 120_000);

afterAll(async () => {
  await kill();
  for (const turnstile of turnstiles) turnstile.close();
  await webhook.close();
  slack.close();
  statuspage.close();
  await temporal.teardown();
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
});

/** Said until it is heard; the same id makes one of it, as it does for a person whose command was cut off. */
async function say<Answer, Request extends ByRequest>(
  id: string,
  update: UpdateDefinition<Answer, [Request]>,
  request: Request,
): Promise<Answer> {
  const updateId = randomUUID();
  for (let tries = 1; ; tries += 1) {
    try {
      return await incidents.update(id, update, request, updateId);
    } catch (error) {
      if (!(error instanceof ProgramFailedError) || tries === 5) throw error;
    }
  }
}

interface Told {
  record: string[];
  communications: string[];
  webhooks: string[];
  chat: number;
  page: string[];
  published: string[];
}

const neutral = (text: string, id: string): string =>
  text.replaceAll(id, 'ID').replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d|\d\d:\d\d(?=( UTC|\b))|\d+ min/g, 'TIME');

/** The look at changes is such a step, and tells of a source that it could not read in rows of its own. */
const isOfLook = (kind: string, text: string): boolean => kind === 'change' && text.includes('could not be read');

/** Steps of the five minutes have one try of their own: a look that dies with its worker is a row of its own, and so is no part of this. */
function toldOf(id: string, status: StatusDocument, before: { posts: number; deliveries: number }): Told {
  const webhooks = webhook.received.slice(before.deliveries).filter(({ body }) => body['incidentId'] === id);
  // A receiver of webhooks knows a repeat by its key; what it would do twice is what it is told under two keys.
  const distinct = new Map(webhooks.map(({ path, body }) => [`${path} ${body.deliveryId}`, `${path} ${body.event}`]));
  const mine = statuspage.incidents.find(({ metadata }) => JSON.stringify(metadata).includes(id));
  return {
    record: status.timeline
      .filter(({ kind, text }) => kind !== 'five-minutes' && kind !== 'communication' && !isOfLook(kind, text))
      .map(({ kind, text, by: who }) => `${kind} ${who ?? '-'} ${neutral(text, id)}`)
      .sort(),
    communications: status.communications.map(({ audience, kind, state }) => `${audience} ${kind} ${state}`).sort(),
    webhooks: [...distinct.values()].sort(),
    chat: slack.posts.length - before.posts,
    page: (mine?.incident_updates ?? []).map(({ status: phase, body }) => `${phase}: ${neutral(body, id)}`),
    published: [],
  };
}

/** One incident from its declaration to its all-clear. */
async function live(title: string): Promise<Told> {
  const before = { posts: slack.posts.length, deliveries: webhook.received.length };
  seen = new Map();
  const declaration = {
    title,
    impact: 'some checkouts fail',
    severity: 'SEV2',
    severityRule: null,
    services: ['shop'],
    endpoints: [],
    onset: null,
  } as const;
  const { incidentId: id } = await incidents.declare({ ...declaration, by, mayAttach: false });
  const status = (): Promise<StatusDocument> => until(async () => incidents.status(id).catch(() => null), 60_000);
  const when = (isSo: (now: StatusDocument) => boolean): Promise<StatusDocument> =>
    until(async () => {
      const now = await status();
      return isSo(now) ? now : null;
    }, 90_000);
  await when(
    ({ fiveMinutes, paging }) =>
      fiveMinutes.every(({ endedAt }) => endedAt !== null) && paging.pages.every(({ state }) => state === 'delivered'),
  );
  await say(id, acknowledgeIncident, { by });
  await say(id, postUpdateUpdate, { by, audience: 'internal', text: await incidents.keepText('The pool is doubled.') });
  const text = await incidents.keepText('Some customers cannot pay. The next update follows by 15:30 UTC.');
  const { event } = await say(id, postUpdateUpdate, { by, audience: 'external', text });
  await say(id, publishUpdateUpdate, { by, draft: event });
  await say(id, resolveIncidentUpdate, { by, summary: await incidents.keepText('Pool doubled.') });
  const isOver = (): boolean =>
    webhook.received.some(({ body }) => body['incidentId'] === id && body.event === 'resolved') &&
    slack.posts.slice(before.posts).some(({ body }) => JSON.stringify(body).includes('Resolved:')) &&
    statuspage.incidents.some(({ metadata }) => JSON.stringify(metadata).includes(id));
  await until(() => (isOver() ? true : null), 90_000);
  // What was still under way to another receiver belongs to the run, too.
  const { workflow } = temporal.client;
  const underWay = async (): Promise<number> => (await workflow.getHandle(id).describe()).raw.pendingActivities?.length ?? 0;
  await until(async () => ((await underWay()) === 0 ? true : null), 90_000);
  const end = await when(({ communications }) => communications.some(({ text: said }) => said.startsWith('The issue affecting')));
  const published = (await readPublished(dataDirectory)).find((one) => one.id === id);
  return { ...toldOf(id, end, before), published: (published?.updates ?? []).map((update) => `${update.status}: ${update.body}`) };
}

describe('an incident whose worker is killed', () => {
  it('tells the same record and everybody once', { timeout: 3_600_000 }, async () => {
    const undisturbed = await live('undisturbed');
    expect(undisturbed.page).toHaveLength(1);
    const names = namesOfRun();
    const sample = ['slack /api/chat.postMessage post #1', 'statuspage /v1/pages/abc/incidents post #1'];
    expect(names).toEqual(expect.arrayContaining(sample));
    const isWhole = process.env['CRASHES'] === 'all';
    const sides = isWhole ? (['before', 'after'] as const) : (['after'] as const);
    const chosen = (isWhole ? names : sample).flatMap((name) => sides.map((side) => ({ name, side })));
    for (const { name, side } of chosen) {
      blow = { name, side };
      const told = await live('undisturbed');
      expect({ name, side, told }).toEqual({ name, side, told: undisturbed });
      // Every message comes in every run. How often a sender looks for the beginning of a thread depends on whether it was there already.
      if (!isLook(name)) expect(isStruck(), name).toBe(true);
      if (isWhole)
        console.log(`killed ${side} ${name}: ${isStruck() ? 'the same record, nothing twice' : 'this run did not look so often'}`);
      blow = null;
    }
  });
});
