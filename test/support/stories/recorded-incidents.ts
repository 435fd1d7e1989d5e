/** Incidents of people, each driven to where its history shows a branch of `commandIncident`. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { WorkflowHandle } from '@temporalio/client';
import type { Actor } from '../../../core/command/incident/record-event.js';
import type { StatusDocument } from '../../../core/command/incident/status-document.js';
import { createIncidentClient } from '../../../client/temporal/incident-client.js';
import * as messages from '../../../workflows/command/messages.js';
import { closeIncidentSignal } from '../../../workflows/respond/messages.js';
import { seenService } from '../../../worker/runbook/mitigation-facts.js';
import { until } from '../until.js';
import { startCommandWorld } from './command-world.js';
import { createFakeWorld } from './fake-incident.js';
import { alertOf } from './incident-workers.js';

type Command = Awaited<ReturnType<typeof startRecordedWorld>>;

const people = `people: { alice: { notify: [] }, bob: { notify: [] }, carol: { notify: [] } }
oncall: { primary: { rotation: daily, start: 2026-01-01, people: [alice] } }
escalation:
  paging:
    - { level: L1, role: On-Call Engineer, after: 0s, notify: [oncall:primary] }
    - { level: Lead, role: Team Lead, after: 1h, notify: [bob] }
  ackTimeout: 1h
incidents:
  roles: { commander: alice }
  watch: 1h
  statusPage: { title: Shop status, components: { Checkout: [shop] } }
`;

/** Incidents with what the catalog says of people, one deploy an hour ago, and one triage whose second load is within its budget. */
export async function startRecordedWorld(...settings: string[]) {
  const fake = createFakeWorld();
  const endpoint = fake.tell({ verdicts: ['confirmed', 'not-reproduced'] });
  const underWay = fake.tell({});
  const [service = '', name = ''] = endpoint.split('/');
  const well = createServer((_, response) => response.end('{}')).listen(0, '127.0.0.1');
  await once(well, 'listening');
  const health = `http://127.0.0.1:${(well.address() as AddressInfo).port}/health`;
  const services = `services:
  ${service}:
    health: [${health}]
    deploy: { rollback: [sh, -c, 'echo rolled-back'] }
    endpoints:
      ${name}: { url: http://127.0.0.1:1/order, budgets: { p95Ms: 250 } }
      ${underWay.split('/')[1] ?? ''}: { url: http://127.0.0.1:1/search, budgets: { p95Ms: 250 } }
  cart: { endpoints: { e: { url: http://127.0.0.1:1/cart, budgets: { p95Ms: 250 } } } }
`;
  const deploy = { service, kind: 'deploy', ref: 'v42', title: 'Sign prices', by: 'ci', source: 'hook', revertible: true } as const;
  const world = await startCommandWorld(`version: 1\n${people}${services}`, {
    settings,
    triages: fake.activities,
    deps: {
      lookForMitigations: (names) => Promise.resolve({ services: names.map((one) => seenService(world.catalog, one)), checks: [] }),
      changes: () => Promise.resolve({ changes: [{ ...deploy, at: new Date(Date.now() - 60_000).toISOString() }], sources: [] }),
    },
  });
  const teardown = async (): Promise<void> => {
    await world.teardown();
    well.close();
  };
  return { ...world, service, endpoint, underWay, teardown };
}

const by = (person: string): { by: Actor } => ({ by: { person, proof: 'token' } });

async function declare(
  { incidents, service }: Command,
  over: Partial<Parameters<Command['incidents']['declare']>[0]> = {},
): Promise<string> {
  const { incidentId } = await incidents.declare({
    ...{ title: 'Checkout returns 500', impact: 'some checkouts fail', severity: 'SEV2', severityRule: null },
    ...{ services: [service], endpoints: [], onset: null, ...by('alice'), mayAttach: false, ...over },
  });
  return incidentId;
}

function seen({ incidents }: Command, id: string, is: (status: StatusDocument) => boolean): Promise<StatusDocument> {
  return until(async () => {
    // A machine that is busy answers later.
    const status = await incidents.status(id).catch(() => null);
    return status !== null && is(status) ? status : null;
  }, 60_000);
}

const text = (world: Command, content: string) => world.incidents.keepText(content);
const ended = (world: Command, id: string) => world.environment.client.workflow.getHandle(id).result();

async function resolve(world: Command, id: string): Promise<void> {
  await world.incidents.update(id, messages.resolveIncidentUpdate, { summary: await text(world, 'Pool doubled.'), ...by('alice') });
}

async function cancel(world: Command, id: string): Promise<void> {
  await world.incidents.update(id, messages.setStatusUpdate, { to: 'cancelled', reason: await text(world, 'a drill'), ...by('alice') });
  await ended(world, id);
}

async function proposed(world: Command, id: string): Promise<StatusDocument['mitigations'][number]> {
  const { mitigations } = await seen(world, id, (status) => status.mitigations.some(({ state }) => state === 'proposed'));
  const plan = mitigations.find(({ state }) => state === 'proposed');
  if (plan === undefined) throw new Error('nothing is proposed');
  return plan;
}

async function resolved(world: Command): Promise<string> {
  const id = await declare(world);
  const { incidents } = world;
  await incidents.update(id, messages.acknowledgeIncident, by('alice'));
  const reason = await text(world, 'all checkouts fail');
  await incidents.update(id, messages.setSeverityUpdate, { severity: 'SEV1', reason, ...by('alice') });
  const told = await text(world, 'The pool is exhausted.');
  await incidents.update(id, messages.postUpdateUpdate, { text: told, audience: 'internal', ...by('bob') });
  await resolve(world, id);
  return id;
}

/** With everything that is promised after an incident, to its end. */
async function closed(world: Command): Promise<string> {
  const { incidents } = world;
  const id = await declare(world);
  await resolve(world, id);
  await incidents.update(id, messages.setStatusUpdate, { to: 'review', ...by('alice') });
  const title = await text(world, 'Alert on a full pool');
  await incidents.update(id, messages.addActionUpdate, { title, priority: 'P2', type: 'detect', owner: 'bob', ...by('alice') });
  const [action] = (await incidents.status(id)).actions;
  const evidence = await text(world, 'merged');
  await incidents.update(id, messages.closeActionUpdate, { action: action?.id ?? '', to: 'done', evidence, ...by('bob') });
  await incidents.update(id, messages.keepPostmortemUpdate, { path: await text(world, 'postmortem.md'), ...by('bob') });
  await incidents.update(id, messages.setStatusUpdate, { to: 'closed', ...by('alice') });
  await ended(world, id);
  return id;
}

async function reopened(world: Command): Promise<string> {
  const id = await declare(world);
  await resolve(world, id);
  const reason = await text(world, 'it is back');
  await world.incidents.update(id, messages.setStatusUpdate, { to: 'investigating', reason, ...by('bob') });
  await resolve(world, id);
  return id;
}

/** One goes on in the other; which of the two is kept. */
async function merge(world: Command, kept: 'from' | 'into'): Promise<string> {
  const [into, from] = [await declare(world), await declare(world, { services: ['cart'] })];
  await world.incidents.update(from, messages.mergeIncidentUpdate, { into, ...by('alice') });
  await seen(world, into, ({ impact }) => impact.services.includes('cart'));
  await ended(world, from);
  await cancel(world, into);
  return kept === 'from' ? from : into;
}

async function handedOver(world: Command): Promise<string> {
  const { incidents } = world;
  const id = await declare(world);
  await seen(world, id, ({ commander, paging }) => commander === 'alice' && paging.level !== null);
  await incidents.update(id, messages.assignRoleUpdate, { role: 'communications', person: 'carol', ...by('alice') });
  await incidents.update(id, messages.offerCommandUpdate, { to: 'bob', ...by('alice') });
  await incidents.update(id, messages.acceptCommandUpdate, by('bob'));
  const reason = await text(world, 'we need the lead');
  await incidents.update(id, messages.escalateUpdate, { reason, to: 'Lead', ...by('bob') });
  const note = await text(world, 'the flag was on');
  const noted = await incidents.update(id, messages.addNoteUpdate, { text: note, at: '2026-03-02T10:00:00Z', ...by('bob') });
  const why = await text(world, 'the clock was wrong');
  await incidents.update(id, messages.correctEventUpdate, { event: noted.event, to: '2026-03-02T09:00:00Z', reason: why, ...by('bob') });
  await cancel(world, id);
  return id;
}

async function published(world: Command): Promise<string> {
  const { incidents } = world;
  const id = await declare(world);
  const words = await text(world, 'Some customers cannot pay. The next update follows by 15:30 UTC.');
  const draft = await incidents.update(id, messages.postUpdateUpdate, { audience: 'external', text: words, ...by('carol') });
  await incidents.update(id, messages.publishUpdateUpdate, { draft: draft.event, ...by('alice') });
  const better = await text(world, 'Customers can pay by card only. Next update by 15:45 UTC.');
  const request = { audience: 'external', text: better, corrects: draft.event, ...by('carol') } as const;
  const second = await incidents.update(id, messages.postUpdateUpdate, request);
  await incidents.update(id, messages.publishUpdateUpdate, { draft: second.event, ...by('alice') });
  await cancel(world, id);
  return id;
}

/** A triage finds the cause, the deploy is taken back by a runbook, and the same load proves it. */
async function mitigated(world: Command): Promise<string> {
  const { incidents } = world;
  const id = await declare(world, { endpoints: [world.endpoint] });
  const plan = await proposed(world, id);
  const { triages } = await seen(world, id, (status) => status.triages.some(({ cause }) => cause !== null));
  await incidents.update(id, messages.decideMitigationUpdate, {
    planId: plan.planId,
    decision: 'approve',
    digest: plan.digest,
    ...by('bob'),
  });
  await seen(world, id, ({ mitigations }) => mitigations.some(({ state }) => state === 'verified'));
  const triage = world.environment.client.workflow.getHandle(triages[0]?.workflowId ?? '');
  await triage.signal(closeIncidentSignal, { by: 'alice' });
  await triage.result();
  await resolve(world, id);
  return id;
}

async function rejected(world: Command): Promise<string> {
  const { incidents } = world;
  const id = await declare(world);
  const plan = await proposed(world, id);
  await incidents.update(id, messages.decideMitigationUpdate, { planId: plan.planId, decision: 'reject', ...by('bob') });
  await incidents.update(id, messages.proposeMitigationsUpdate, by('bob'), undefined, 30_000);
  await cancel(world, id);
  return id;
}

/** Endpoints of which one is under triage already, and a triage that says itself that it belongs here. */
async function attached(world: Command): Promise<string> {
  const { environment, service, underWay } = world;
  const triages = createIncidentClient(environment.client);
  const { incidentId } = await triages.startOrAttach({ endpoint: underWay, service, alert: alertOf('before'), symptom: null, options: {} });
  await triages.follow(incidentId, ({ phase }) => phase === 'waiting');
  const id = await declare(world, { endpoints: [underWay] });
  const elsewhere = { workflowId: 'perf-elsewhere', incidentId: 'perf-elsewhere-0', endpoint: 'cart/e' };
  await environment.client.workflow.getHandle(id).signal(messages.attachTriageSignal, elsewhere);
  await seen(world, id, (status) => status.triages.length === 2 && status.triages.some(({ cause }) => cause !== null));
  await triages.close(incidentId, { by: 'alice' });
  await triages.follow(incidentId, ({ phase }) => phase === 'ended');
  await cancel(world, id);
  return id;
}

/** Each driven so far that nothing of it is under way any more; gives its id. */
export const recordedIncidents = {
  resolved,
  closed,
  reopened,
  'merged-away': (world: Command) => merge(world, 'from'),
  'took-over': (world: Command) => merge(world, 'into'),
  'handed-over': handedOver,
  published,
  mitigated,
  rejected,
  attached,
  cancelled: async (world: Command) => {
    const id = await declare(world);
    await cancel(world, id);
    return id;
  },
} satisfies Record<string, (world: Command) => Promise<string>>;

/** What `startRecordedWorld` needs for `continueWithAllOpen`: a new history after this many events. */
export const eagerServer = ['limit.historyCount.suggestContinueAsNew=80', 'history.workflowIdReuseMinimalInterval=0'];

/**
 * An incident whose history ends while a page is unanswered, the command offered, a draft unapproved, a mitigation proposed and a promise open; the
 * next one goes on with all of it. Gives the runs in their order.
 */
export async function continueWithAllOpen(world: Command): Promise<{ id: string; runIds: string[] }> {
  const { incidents } = world;
  const id = await declare(world);
  const handle: WorkflowHandle = world.environment.client.workflow.getHandle(id);
  const { runId: first } = await handle.describe();
  await seen(world, id, ({ commander, paging }) => commander === 'alice' && paging.level !== null);
  const words = await text(world, 'Some customers cannot pay. The next update follows by 15:30 UTC.');
  const draft = await incidents.update(id, messages.postUpdateUpdate, { audience: 'external', text: words, ...by('carol') });
  const title = await text(world, 'Alert on a full pool');
  await incidents.update(id, messages.addActionUpdate, { title, priority: 'P2', type: 'detect', ...by('alice') });
  await incidents.update(id, messages.offerCommandUpdate, { to: 'bob', ...by('alice') });
  const plan = await proposed(world, id);
  const runIds = [first];
  for (let notes = 1; runIds.length < 2; notes++) {
    await incidents.update(id, messages.addNoteUpdate, { text: { inline: `note ${notes}` }, ...by('bob') });
    const { runId } = await handle.describe();
    if (runId !== first) runIds.push(runId);
  }
  await incidents.update(id, messages.acceptCommandUpdate, by('bob'));
  await incidents.update(id, messages.publishUpdateUpdate, { draft: draft.event, ...by('alice') });
  await incidents.update(id, messages.decideMitigationUpdate, { planId: plan.planId, decision: 'reject', ...by('bob') });
  await incidents.update(id, messages.acknowledgeIncident, by('alice'));
  await cancel(world, id);
  return { id, runIds };
}
