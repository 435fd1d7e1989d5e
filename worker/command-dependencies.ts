import { isAbsolute, resolve } from 'node:path';
import type { CommandDependencies } from '../activities/command/dependencies.js';
import type { OnCallPerson, OnCallResolution } from '../activities/command/contract.js';
import { artifactDirectory, createArtifactStore } from '../adapters/artifacts/artifact-store.js';
import { readCalendar } from '../adapters/calendars/ical.js';
import { notifiers } from '../adapters/notifiers/registry.js';
import type { Catalog } from '../config/catalog.js';
import type { NotifierAccess } from '../config/resolve-access.js';
import { knownPeople } from '../config/command/known-people.js';
import { resolveChannel, resolveReceiver } from '../config/command/resolve-channels.js';
import { resolvePolicy } from '../config/command/resolve-policy.js';
import { resolveSchedule } from '../config/command/resolve-schedule.js';
import type { DeliveryAnswer, IncidentMessage } from '../core/command/communication/message.js';
import { whoIsOnCall } from '../core/command/oncall/on-call.js';

const dayMs = 86_400_000;
/** What a calendar is asked for around a moment: long enough for a shift that began last month. */
const calendarSpanMs = 35 * dayMs;

async function onSchedule(catalog: Catalog, name: string, atMs: number): Promise<{ people: readonly string[]; reason: string }> {
  const schedule = catalog.oncall?.[name];
  if (schedule === undefined) return { people: [], reason: `the catalog has no schedule ${name}` };
  const span = { fromMs: atMs - calendarSpanMs, toMs: atMs + calendarSpanMs };
  const locate = (source: string): string => (/^https?:/i.test(source) || isAbsolute(source) ? source : resolve(catalog.directory, source));
  const resolved = await resolveSchedule(name, schedule, (source) => readCalendar(locate(source), span, knownPeople(catalog)));
  const { people, reason } = whoIsOnCall(resolved, atMs);
  return { people, reason: `${name}: ${reason}` };
}

/** One calendar that cannot be read must not hide the people who are named beside it. */
async function resolveTarget(catalog: Catalog, target: string, atMs: number): Promise<{ people: readonly string[]; reason: string }> {
  if (!target.startsWith('oncall:')) return { people: [target], reason: 'named in the catalog' };
  try {
    return await onSchedule(catalog, target.slice('oncall:'.length), atMs);
  } catch (error) {
    return { people: [], reason: error instanceof Error ? error.message : String(error) };
  }
}

async function resolveOnCall(catalog: Catalog, notify: readonly string[], atMs: number): Promise<OnCallResolution> {
  const answers = await Promise.all(notify.map((target) => resolveTarget(catalog, target, atMs)));
  const known = answers.flatMap(({ people }) => people).filter((person) => catalog.people?.[person] !== undefined);
  const people = [...new Set(known)].map((person): OnCallPerson => ({ person, channels: catalog.people?.[person]?.notify.length ?? 0 }));
  return { people, reason: answers.map(({ reason }) => reason).join('; ') };
}

async function deliver({ kind, settings }: NotifierAccess, message: IncidentMessage, signal: AbortSignal): Promise<DeliveryAnswer> {
  const notifier = notifiers.find((candidate) => candidate.kind === kind);
  // The catalog accepts registered kinds only.
  return { channel: kind, providerId: (await notifier?.deliver(settings, message, signal)) ?? null };
}

export interface CommandSettings {
  catalog: Catalog;
  dataDirectory: string;
  incidentUrl: (incidentId: string) => string | null;
  ackUrl: (incidentId: string, person: string) => string | null;
}

export function createCommandDependencies({ catalog, dataDirectory, incidentUrl, ackUrl }: CommandSettings): CommandDependencies {
  const artifacts = createArtifactStore({ directory: artifactDirectory(dataDirectory) });
  return {
    policy: (services) => resolvePolicy(catalog, services),
    onCall: (notify, atMs) => resolveOnCall(catalog, notify, atMs),
    readText: async (path) => (await artifacts.read({ path })).toString('utf8'),
    deliverToPerson: (person, channel, message, signal) => deliver(resolveChannel(catalog, person, channel), message, signal),
    deliverToReceiver: (receiver, message, signal) => deliver(resolveReceiver(catalog, receiver), message, signal),
    incidentUrl,
    ackUrl,
  };
}
