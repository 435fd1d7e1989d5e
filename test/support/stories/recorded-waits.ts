/** Incidents of people in which time alone does something, with a catalog whose times are seconds: what their recorded histories show. */
import type { CommandDependencies } from '../../../activities/command/dependencies.js';
import type { Actor } from '../../../core/command/incident/record-event.js';
import type { StatusDocument } from '../../../core/command/incident/status-document.js';
import type { Severity } from '../../../core/command/severity/severity.js';
import * as messages from '../../../workflows/command/messages.js';
import { until } from '../until.js';
import { startCommandWorld } from './command-world.js';

type Impatient = Awaited<ReturnType<typeof startImpatientWorld>>;

const terms = '{ respondWithin: 2s, updateEvery: 10s }';
const catalog = `version: 1
people: { alice: { notify: [] }, bob: { notify: [] }, carol: { notify: [] }, night: { notify: [] } }
escalation:
  paging:
    - { level: L1, role: On-Call Engineer, after: 0s, notify: [alice], severity: [SEV1, SEV2] }
    - { level: Night, role: Night Watch, after: 0s, notify: [night], severity: [SEV3] }
    - { level: L2, role: Team Lead, after: 4s, notify: [bob], repeat: 1 }
  management: [{ level: L3, role: Engineering Manager, after: 2s, notify: [carol] }]
  ackTimeout: 3s
incidents:
  roles: { commander: alice, communications: carol }
  watch: 2s
  severities: { SEV1: ${terms}, SEV2: ${terms}, SEV3: ${terms} }
services: { shop: { endpoints: { e: { url: http://127.0.0.1:1/shop, budgets: { p95Ms: 250 } } } } }
`;

/** `night` has quiet hours that end in three seconds. */
export async function startImpatientWorld() {
  const world = await startCommandWorld(catalog, { deps: { changes: () => Promise.resolve({ changes: [], sources: [] }) } });
  const before = { ...world.deps };
  const withQuietHours: CommandDependencies['onCall'] = async (notify, atMs) => {
    const { people, reason } = await before.onCall(notify, atMs);
    const quietUntil = new Date(Date.now() + 3_000).toISOString();
    return { people: people.map((one) => (one.person === 'night' ? { ...one, quietUntil } : one)), reason };
  };
  Object.assign(world.deps, { onCall: withQuietHours });
  return world;
}

const by = (person: string): { by: Actor } => ({ by: { person, proof: 'token' } });
const word = (text: string) => ({ inline: text });

async function declare({ incidents }: Impatient, severity: Severity): Promise<string> {
  const declaration = { title: 'Slow', impact: null, severity, severityRule: null, services: ['shop'], endpoints: [], onset: null };
  return (await incidents.declare({ ...declaration, ...by('alice'), mayAttach: false })).incidentId;
}

function seen({ incidents }: Impatient, id: string, is: (status: StatusDocument) => boolean): Promise<StatusDocument> {
  return until(async () => {
    // A machine that is busy answers later.
    const status = await incidents.status(id).catch(() => null);
    return status !== null && is(status) ? status : null;
  }, 120_000);
}

async function cancel(world: Impatient, id: string): Promise<string> {
  await world.incidents.update(id, messages.setStatusUpdate, { to: 'cancelled', reason: word('a drill'), ...by('alice') });
  await world.environment.client.workflow.getHandle(id).result();
  return id;
}

const tells = ({ timeline }: StatusDocument, text: string): boolean => timeline.some((event) => event.text.includes(text));

/** Each to its end; gives its id. */
export const recordedWaits = {
  /** Level by level, a level again, nobody left; management by elapsed time; an update that nobody writes, and again. */
  'nobody-answered': async (world: Impatient) => {
    const id = await declare(world, 'SEV2');
    await seen(world, id, (status) => status.paging.state === 'nobody-answered' && status.management.told.length === 1);
    await seen(world, id, ({ timeline }) => timeline.filter(({ text }) => text === 'an update is due soon').length === 2);
    return cancel(world, id);
  },
  /** Acknowledged, and then nobody does anything: paged again. */
  forgotten: async (world: Impatient) => {
    const id = await declare(world, 'SEV2');
    await world.incidents.update(id, messages.acknowledgeIncident, by('alice'));
    await seen(world, id, (status) => tells(status, 'paging begins again') && status.paging.pages.length > 1);
    return cancel(world, id);
  },
  'quiet-hours': async (world: Impatient) => {
    const id = await declare(world, 'SEV3');
    await seen(world, id, (status) => tells(status, 'night hears of 1 held message(s)'));
    return cancel(world, id);
  },
  /** The symptom stays away; what was promised is not done, and its owner hears of it three times. */
  watched: async (world: Impatient) => {
    const id = await declare(world, 'SEV2');
    const { incidents } = world;
    await incidents.update(id, messages.setStatusUpdate, { to: 'monitoring', reason: word('rolled back'), ...by('alice') });
    await seen(world, id, ({ status }) => status === 'resolved');
    const title = word('Alert on a full pool');
    const action = { title, priority: 'P2', type: 'detect', owner: 'bob', due: '2026-01-01', ...by('alice') } as const;
    await incidents.update(id, messages.addActionUpdate, action);
    await seen(world, id, ({ timeline }) => timeline.filter(({ text }) => text.startsWith('action item A-1')).length === 3);
    return id;
  },
} satisfies Record<string, (world: Impatient) => Promise<string>>;

/** What a timer of such an incident waits for; one that fired in a recording shows what comes then. */
export const waitsOfIncidents = [
  /^pages \w+ unless somebody answers$/,
  /^then nobody has answered$/,
  /^pages again unless somebody does something$/,
  /^tells \w+ \(/,
  /^quiet hours end$/,
  /^an update is due soon$/,
  /^the update is overdue$/,
  /^the update is still overdue$/,
  /^resolved unless the symptom comes back$/,
];
