import type { ActivityObservation } from '../model/database.js';
import { groupBy } from '../model/group-by.js';
import { responderName } from './sql/own-statement.js';
import { countIdle } from './idle-sessions.js';

/** One session in one sample of pg_stat_activity. Ages are milliseconds. */
export interface SessionSample {
  pid: number;
  backendType: string | null;
  state: string | null;
  waitEventType: string | null;
  waitEvent: string | null;
  queryId: string | null;
  query: string;
  applicationName: string | null;
  clientAddress: string | null;
  clientPort: number | null;
  transactionAgeMs: number | null;
  stateAgeMs: number | null;
}

export interface ActivityTick {
  sessions: SessionSample[];
  /** Local ports of the service's own sockets at that moment. */
  servicePorts: ReadonlySet<number>;
  /** Process ids of the sessions that the service holds over a Unix-domain socket at that moment. */
  serviceBackends?: ReadonlySet<number>;
}

const mostStatements = 40;

/**
 * Mean numbers of sessions over the samples. When at least one session can be told to be the service's (by its client port, or by a name
 * the service is known to use), only the service's client backends count as load; otherwise all client backends do. The responder's own
 * sessions never count. `idle in transaction` is no load.
 */
export function summarizeActivity(ticks: ActivityTick[], windowMs: number, serviceNames: ReadonlySet<string>): ActivityObservation {
  const clients = ticks.map((tick) => tick.sessions.filter(isClient));
  const owned = ticks.map((tick, index) => ofService(clients[index] ?? [], tick, serviceNames));
  const isKnown = owned.some((sessions) => sessions.length > 0);
  const counted = (isKnown ? owned : clients).map((sessions) => sessions.filter(isActive));
  const idleInTransaction = clients.map((sessions) => sessions.filter(isIdleInTransaction));
  const mean = (lists: unknown[][]): number => lists.reduce((sum, list) => sum + list.length, 0) / Math.max(1, ticks.length);
  return {
    ticks: ticks.length,
    windowMs,
    activeSessions: mean(counted),
    byWaitClass: waitClasses(counted.flat(), ticks.length),
    byStatement: statements(counted.flat(), ticks.length),
    idleSessions: mean(clients.map((sessions) => sessions.filter((session) => session.state === 'idle'))),
    idleInTransactionSessions: mean(idleInTransaction),
    idleInTransactionMaxMs: Math.max(0, ...idleInTransaction.flat().map((session) => session.stateAgeMs ?? 0)),
    ...(isKnown ? { others: describeOthers(clients, owned, ticks.length) } : {}),
    service: isKnown ? describeService(owned, windowMs, mean) : null,
  };
}

function describeService(
  owned: SessionSample[][],
  windowMs: number,
  mean: (lists: unknown[][]) => number,
): NonNullable<ActivityObservation['service']> {
  const where = (wanted: (session: SessionSample) => boolean): number => mean(owned.map((sessions) => sessions.filter(wanted)));
  return {
    sessions: mean(owned),
    maxSessions: Math.max(...owned.map((sessions) => sessions.length)),
    active: where(isActive),
    idle: where((session) => session.state === 'idle'),
    idleInTransaction: where(isIdleInTransaction),
    waitingForLock: where((session) => isActive(session) && session.waitEventType === 'Lock'),
    longIdle: countIdle(owned, windowMs),
    activeLocally: where((session) => isActive(session) && session.clientAddress === null),
  };
}

function describeOthers(clients: SessionSample[][], owned: SessionSample[][], ticks: number): NonNullable<ActivityObservation['others']> {
  const active = clients.flatMap((sessions, index) =>
    sessions.filter((session) => isActive(session) && owned[index]?.includes(session) !== true),
  );
  const byStatement = statements(active, ticks).map(({ queryId, sessions }) => ({ queryId, sessions }));
  return { active: active.length / Math.max(1, ticks), byStatement };
}

function isClient(session: SessionSample): boolean {
  return session.backendType === 'client backend' && session.applicationName?.startsWith(responderName) !== true;
}

function isActive(session: SessionSample): boolean {
  return session.state === 'active' || session.state === 'fastpath function call';
}

function isIdleInTransaction(session: SessionSample): boolean {
  return session.state?.startsWith('idle in transaction') === true;
}

/** Another host may use the same client port: of several addresses, the one with the most matches is the service's. */
export function ofService(
  clients: SessionSample[],
  { servicePorts: ports, serviceBackends }: Pick<ActivityTick, 'servicePorts' | 'serviceBackends'>,
  names: ReadonlySet<string>,
): SessionSample[] {
  const byPort = clients.filter((session) => session.clientPort !== null && ports.has(session.clientPort));
  const matches = new Map<string | null, number>();
  for (const session of byPort) matches.set(session.clientAddress, (matches.get(session.clientAddress) ?? 0) + 1);
  const [address] = [...matches.entries()].sort((a, b) => b[1] - a[1] || String(a[0]).localeCompare(String(b[0])))[0] ?? [undefined];
  return clients.filter(
    (session) =>
      (address !== undefined && session.clientAddress === address && byPort.includes(session)) ||
      serviceBackends?.has(session.pid) === true ||
      (session.applicationName !== null && names.has(session.applicationName)),
  );
}

/** A session that is active and waits for nothing is on CPU, or ready to be. */
function waitOf(session: SessionSample): { waitClass: string; waitEvent: string } {
  return { waitClass: session.waitEventType ?? 'CPU', waitEvent: session.waitEvent ?? 'CPU' };
}

function waitClasses(samples: SessionSample[], ticks: number): ActivityObservation['byWaitClass'] {
  const groups = groupBy(samples, (session) => `${waitOf(session).waitClass}\n${waitOf(session).waitEvent}`);
  return [...groups.values()]
    .flatMap((group) => (group[0] === undefined ? [] : [{ ...waitOf(group[0]), sessions: group.length / ticks }]))
    .sort((a, b) => b.sessions - a.sessions || a.waitEvent.localeCompare(b.waitEvent));
}

function statements(samples: SessionSample[], ticks: number): ActivityObservation['byStatement'] {
  const groups = groupBy(samples, (session) => session.queryId ?? session.query);
  return [...groups.values()]
    .map((group) => ({
      queryId: group[0]?.queryId ?? null,
      text: group[0]?.query ?? '',
      sessions: group.length / ticks,
      waitClasses: classesOf(group, ticks),
    }))
    .sort((a, b) => b.sessions - a.sessions || a.text.localeCompare(b.text))
    .slice(0, mostStatements);
}

function classesOf(samples: SessionSample[], ticks: number): { waitClass: string; sessions: number }[] {
  const groups = groupBy(samples, (session) => waitOf(session).waitClass);
  return [...groups.entries()]
    .map(([waitClass, group]) => ({ waitClass, sessions: group.length / ticks }))
    .sort((a, b) => b.sessions - a.sessions || a.waitClass.localeCompare(b.waitClass));
}
