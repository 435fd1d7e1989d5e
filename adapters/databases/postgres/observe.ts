import { setTimeout as sleep } from 'node:timers/promises';
import { ofService, summarizeActivity, type ActivityTick } from '../../../core/database/activity.js';
import { blockingTrees, type LockSample } from '../../../core/database/blocking.js';
import { statementDeltas, withTexts, worthReading, type StatementSnapshot } from '../../../core/database/statement-deltas.js';
import type { DatabaseObservation } from '../../../core/model/database.js';
import { EvidenceUnavailableError } from '../../../core/model/errors.js';
import type { MissingEvidence } from '../../../core/model/observation.js';
import { missingRights, probeCapabilities, type Capabilities } from './capabilities.js';
import { tooManyConnections } from './connection-problem.js';
import { sampleActivity, sampleLocks } from './sampling.js';
import type { SeenTexts } from './seen-texts.js';
import { errorCode, errorText, type Session } from './session.js';
import { counterDeltas, readConnectionLimits, readCounters, readStatements, readTexts, type DatabaseCounters } from './statistics.js';

export interface ObserveOptions {
  /** Name of the database in the catalog. */
  name: string;
  /** Length of the window, and how long to wait before it. */
  durationMs: number;
  delayMs: number;
  /** Local ports of the service's sockets now; empty when unknown. */
  servicePorts: () => Promise<ReadonlySet<number>>;
  /** Process ids of the server's sessions that the service holds over a Unix-domain socket now. */
  serviceBackends?: () => Promise<ReadonlySet<number>>;
  /** Application names that the service is known to use. */
  serviceNames?: readonly string[];
  /** Keeps the values of what runs, outside of what is returned. */
  seen?: SeenTexts;
  signal: AbortSignal;
  onProgress?: (text: string) => void;
}

/** Five looks a second cost under one percent of a core and see waits of tens of milliseconds often enough. */
const tickMs = 200;
const locksEveryMs = 1000;
const retryConnectionMs = 500;
/** A slow look-up of ports (many processes) is not repeated at every tick. */
const slowPortsMs = 40;

export type OpenSession = (signal: AbortSignal) => Promise<Session>;

export async function observeWith(open: OpenSession, options: ObserveOptions): Promise<DatabaseObservation> {
  const started = performance.now();
  const endsAt = started + options.delayMs + options.durationMs;
  const opened = await openInTime(open, endsAt, options.signal);
  const observation: DatabaseObservation = {
    ...nothing(options.name),
    ...(opened.exhausted === null ? {} : { slotsExhausted: opened.exhausted }),
  };
  if (opened.session === null) return { ...observation, missing: [opened.missing] };
  try {
    await pause(started + options.delayMs - performance.now(), options.signal);
    return await observeSession(opened.session, endsAt, options, observation);
  } catch (error) {
    options.signal.throwIfAborted();
    const why = errorText(error);
    return {
      ...observation,
      missing: [
        {
          id: 'database-observation',
          what: `the observation of ${options.name}`,
          why,
          remedy: 'Check the log of the database server for that moment, and run the confirmation again.',
        },
      ],
    };
  } finally {
    await opened.session.close();
  }
}

function nothing(name: string): DatabaseObservation {
  return {
    name,
    kind: 'postgres',
    serverVersion: 'unknown',
    peer: '',
    statements: null,
    totalExecMs: null,
    activity: null,
    blocking: [],
    connections: null,
    counters: null,
    missing: [],
  };
}

type Opened = { session: Session; exhausted: string | null } | { session: null; exhausted: string | null; missing: MissingEvidence };

/** A server that is full is asked again until the window ends: its refusal is evidence, and a slot may become free. */
async function openInTime(open: OpenSession, endsAt: number, signal: AbortSignal): Promise<Opened> {
  let exhausted: string | null = null;
  for (;;) {
    try {
      return { session: await open(signal), exhausted };
    } catch (error) {
      if (!(error instanceof EvidenceUnavailableError)) throw error;
      const isFull = errorCode(error.cause) === tooManyConnections;
      if (isFull) exhausted = error.missing.why;
      if (!isFull || performance.now() + retryConnectionMs >= endsAt) return { session: null, exhausted, missing: error.missing };
    }
    await pause(retryConnectionMs, signal);
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (ms > 0) await sleep(ms, undefined, { signal });
}

async function observeSession(
  session: Session,
  endsAt: number,
  options: ObserveOptions,
  empty: DatabaseObservation,
): Promise<DatabaseObservation> {
  const capabilities = await probeCapabilities(session);
  const base = { ...empty, serverVersion: session.serverVersion, peer: session.peer, missing: capabilities.missing };
  if (capabilities.missing.some((row) => row.id === 'database-version')) return base;
  const before = await snapshot(session, capabilities);
  const samples = await sampleUntil(session, endsAt, options);
  const after = await snapshot(session, capabilities);
  const limits = await readConnectionLimits(session);
  const statements = await readWindow(session, capabilities, before.statements, after.statements);
  const names = new Set(options.serviceNames ?? []);
  const activity = summarizeActivity(samples.ticks, samples.windowMs, names);
  const waiters = samples.ticks.map((tick) => tick.sessions.filter(waitsForLock).length);
  return {
    ...base,
    ...statements.found,
    activity,
    blocking: blockingTrees(samples.locks, mean(waiters)),
    connections: {
      ...limits,
      usedMean: mean(samples.used),
      usedMax: Math.max(0, ...samples.used),
      serviceStart: activity.service === null ? null : countService(samples.ticks.slice(0, 1), names),
      serviceEnd: activity.service === null ? null : countService(samples.ticks.slice(-1), names),
    },
    counters: counterDeltas(before.counters, after.counters),
    missing: [
      ...base.missing,
      ...statements.missing,
      ...(samples.hidden > 0 && !capabilities.seesOthers ? [missingRights(capabilities.role)] : []),
    ],
  };
}

function waitsForLock(session: { waitEventType: string | null }): boolean {
  return session.waitEventType === 'Lock';
}

function countService(ticks: ActivityTick[], names: ReadonlySet<string>): number {
  return ticks.reduce((sum, tick) => sum + ofService(tick.sessions, tick, names).length, 0);
}

function mean(values: number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

interface Snapshot {
  statements: StatementSnapshot | null;
  counters: DatabaseCounters | null;
}

async function snapshot(session: Session, capabilities: Capabilities): Promise<Snapshot> {
  return {
    statements: capabilities.statements === null ? null : await readStatements(session, capabilities.statements),
    counters: await readCounters(session),
  };
}

interface Samples {
  ticks: ActivityTick[];
  locks: LockSample[][];
  used: number[];
  hidden: number;
  windowMs: number;
}

async function sampleUntil(session: Session, endsAt: number, options: ObserveOptions): Promise<Samples> {
  const from = performance.now();
  const samples: Samples = { ticks: [], locks: [], used: [], hidden: 0, windowMs: 0 };
  const ports = cachedLookup(options.servicePorts);
  const backends = cachedLookup(options.serviceBackends ?? (() => Promise.resolve(new Set())));
  let locksAt = -Infinity;
  let toldAt = -Infinity;
  do {
    options.signal.throwIfAborted();
    const tickAt = performance.now();
    const [sample, servicePorts] = await Promise.all([sampleActivity(session), ports()]);
    const serviceBackends = sample.sessions.some(isLocal) ? await backends() : new Set<number>();
    samples.ticks.push({ sessions: sample.sessions, servicePorts, serviceBackends });
    samples.used.push(sample.used);
    options.seen?.add(sample.texts);
    samples.hidden += sample.hidden;
    if (sample.sessions.some(waitsForLock) && tickAt - locksAt >= locksEveryMs) {
      locksAt = tickAt;
      samples.locks.push(await sampleLocks(session));
    }
    if (tickAt - toldAt >= 1000) {
      toldAt = tickAt;
      options.onProgress?.(progressOf(options.name, sample.sessions));
    }
    await pause(Math.min(tickAt + tickMs, endsAt) - performance.now(), options.signal);
  } while (performance.now() < endsAt);
  samples.windowMs = performance.now() - from;
  return samples;
}

/** Client sessions that came by a Unix-domain socket have no address. */
function isLocal({ backendType, clientAddress }: ActivityTick['sessions'][number]): boolean {
  return backendType === 'client backend' && clientAddress === null;
}

function progressOf(name: string, sessions: ActivityTick['sessions']): string {
  const active = sessions.filter((session) => session.state === 'active').length;
  return `${name}: ${sessions.length} sessions, ${active} active, ${sessions.filter(waitsForLock).length} waiting for locks`;
}

function cachedLookup(read: () => Promise<ReadonlySet<number>>): () => Promise<ReadonlySet<number>> {
  let last: { ports: ReadonlySet<number>; readAt: number; tookMs: number } | null = null;
  return async () => {
    const now = performance.now();
    if (last !== null && last.tookMs > slowPortsMs && now - last.readAt < 1000) return last.ports;
    const ports = await read().catch((): ReadonlySet<number> => new Set());
    last = { ports, readAt: now, tookMs: performance.now() - now };
    return ports;
  };
}

const byTime = 25;
const byOther = 5;

async function readWindow(
  session: Session,
  capabilities: Capabilities,
  before: StatementSnapshot | null,
  after: StatementSnapshot | null,
): Promise<{ found: Pick<DatabaseObservation, 'statements' | 'totalExecMs'>; missing: MissingEvidence[] }> {
  if (capabilities.statements === null || before === null || after === null)
    return { found: { statements: null, totalExecMs: null }, missing: [] };
  const window = statementDeltas(before, after);
  const texts = await readTexts(session, capabilities.statements, worthReading(window.deltas, byTime, byOther));
  const missing: MissingEvidence[] = [];
  if (window.incomplete) {
    missing.push({
      id: 'statement-eviction',
      what: 'some statements of the window',
      why: 'pg_stat_statements was full and threw rows out',
      remedy: 'Raise pg_stat_statements.max and restart the server.',
    });
  }
  return { found: withTexts(window, texts), missing };
}
