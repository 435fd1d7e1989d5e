/** Sends a test page, marked as one, to every channel of the people on call: what arrives, and who answers. It needs only the catalog and the hook. */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { acknowledgementsOf, beginTest } from '../../adapters/oncall/test-acknowledgements.js';
import { createAuditLog } from '../../adapters/artifacts/audit-log.js';
import { notifiers } from '../../adapters/notifiers/registry.js';
import type { Catalog } from '../../config/catalog.js';
import { resolveChannel } from '../../config/command/resolve-channels.js';
import type { AuditedAct } from '../../core/model/audit.js';
import type { IncidentMessage } from '../../core/command/communication/message.js';

const deliveryTimeoutMs = 10_000;
const lookEveryMs = 500;

export interface TestedChannel {
  kind: string;
  state: 'delivered' | 'failed';
  /** Why it failed. */
  detail: string | null;
  tookMs: number;
}

export interface TestedPerson {
  person: string;
  /** Why they were tested. */
  reason: string;
  channels: TestedChannel[];
  acknowledgedAt: string | null;
}

export interface TestPages {
  testId: string;
  people: TestedPerson[];
}

export interface TestOrder {
  catalog: Catalog;
  dataDirectory: string;
  /** The people to test, and the reason for each. */
  people: readonly { person: string; reason: string }[];
  /** Null when no hook would take an acknowledgement. */
  ackUrl: (testId: string, person: string) => string | null;
  /** How long acknowledgements are waited for. */
  waitMs: number;
  signal: AbortSignal;
}

function messageFor(testId: string, person: string, channel: number, ackUrl: string | null): IncidentMessage {
  return {
    version: 1,
    event: 'page',
    deliveryId: `${testId}-${person}-${channel + 1}`,
    incidentId: testId,
    severity: 'SEV4',
    status: 'test',
    title: 'TEST PAGE: nothing is wrong',
    text: `This is a test of your pager, channel ${channel + 1}. ${ackUrl === null ? 'There is nothing to do.' : 'Please acknowledge it, so that we know that pages reach you.'}`,
    level: 'TEST',
    role: null,
    person,
    acknowledgedBy: null,
    at: new Date().toISOString(),
    incidentUrl: null,
    ackUrl,
  };
}

/** It disturbs people, so it is logged where every message to them is. */
const testAct = (testId: string, person: string, kind: string): AuditedAct => ({
  ...{ action: 'notification', subject: testId, target: person, who: 'the command line', what: `test page to ${kind}`, planId: null },
});

async function tryChannel(
  { catalog, dataDirectory }: TestOrder,
  person: string,
  channel: number,
  message: IncidentMessage,
): Promise<TestedChannel> {
  const kind = catalog.people?.[person]?.notify[channel]?.kind ?? '';
  const began = performance.now();
  const took = (): number => Math.round(performance.now() - began);
  try {
    const { settings } = resolveChannel(catalog, person, channel);
    const notifier = notifiers.find((one) => one.kind === kind);
    const signal = AbortSignal.timeout(deliveryTimeoutMs);
    await createAuditLog(dataDirectory, hostname()).audited(
      testAct(message.incidentId, person, kind),
      async () => notifier?.deliver(settings, message, signal),
      () => 'sent',
    );
    // A pager that opens incidents of its own must not continue to page for a test.
    if (kind === 'pagerduty') await notifier?.deliver(settings, { ...message, event: 'resolved', status: 'resolved' }, signal);
    return { kind, state: 'delivered', detail: null, tookMs: took() };
  } catch (error) {
    return { kind, state: 'failed', detail: error instanceof Error ? error.message : String(error), tookMs: took() };
  }
}

async function testPerson(order: TestOrder, testId: string, { person, reason }: TestOrder['people'][number]): Promise<TestedPerson> {
  const url = order.ackUrl(testId, person);
  const channels = order.catalog.people?.[person]?.notify ?? [];
  const tried = channels.map((_, channel) => tryChannel(order, person, channel, messageFor(testId, person, channel, url)));
  return { person, reason, channels: await Promise.all(tried), acknowledgedAt: null };
}

/** Waits until everybody who was reached has answered, or the time is over. */
async function waitForAnswers(
  { dataDirectory, waitMs, signal }: TestOrder,
  testId: string,
  people: TestedPerson[],
): Promise<TestedPerson[]> {
  const endsAt = Date.now() + waitMs;
  for (;;) {
    const answers = await acknowledgementsOf(dataDirectory, testId);
    const now = people.map((one) => ({ ...one, acknowledgedAt: answers.get(one.person) ?? null }));
    const isReached = (one: TestedPerson): boolean => one.channels.some(({ state }) => state === 'delivered');
    if (Date.now() >= endsAt || signal.aborted || now.every((one) => one.acknowledgedAt !== null || !isReached(one))) return now;
    await delay(lookEveryMs, undefined, { signal }).catch(() => undefined);
  }
}

export async function sendTestPages(order: TestOrder, onSent: (pages: TestPages) => void): Promise<TestPages> {
  const testId = `TEST-${randomBytes(6).toString('hex')}`;
  await beginTest(order.dataDirectory, testId);
  const sent = await Promise.all(order.people.map((one) => testPerson(order, testId, one)));
  onSent({ testId, people: sent });
  return { testId, people: await waitForAnswers(order, testId, sent) };
}
