import { slowCount } from '../load/judge/budget-check.js';
import { runtimeTraits } from '../runtimes/registry.js';
import type { DatabaseObservation } from '../model/database.js';
import type { PeerObservation, ProcessObservation, ThreadObservation } from '../model/observation.js';
import { isCappedAt } from './account/concurrency-cap.js';
import { loadInFlight } from './account/in-flight.js';
import type { DiagnosisInput } from './input.js';
import { saturated, servingPart, type CpuFacts } from './account/cpu-facts.js';
import { servingInterpreters } from './account/interpreters.js';
import { unkeptConnections, type UnkeptConnections } from './account/kept-connections.js';
import { heldByOwnDatabase } from './account/own-contention.js';
import { isBeyondCounting, placeRequests, usableWire } from './account/place-requests.js';
import { poolerQueue, type PoolerQueue } from './account/pooler-queue.js';
import { workerQueue, type WorkerQueue } from './account/worker-queue.js';
import { leakedSessions, type AnsweredLoad } from './account/leaked-sessions.js';
import { almostNothing } from './figures.js';

/** The service's connections to its databases. */
export interface PoolFacts {
  sessions: number;
  /** Mean sessions not idle (executing, waiting for a lock, or idle in transaction). */
  busy: number;
  executing: number;
  idleInTransaction: number;
  /** At the end of the window, as `leaked` is. */
  sessionsEnd: number;
  /** Of `sessionsEnd`: taken by an owner that does not give them back. 0 = none, or they look like connections that nobody needs. */
  leaked: number;
}

/** Numbers that all rules share: mean numbers of requests in flight (Little's L) unless a unit is named. */
export interface Facts {
  /** Mean latency of the load: L ÷ X, including requests without an answer. */
  meanMs: number;
  requestRate: number;
  /** Mean number of the load's requests in flight (L). */
  inFlight: number;
  /** The denominator of all shares: the larger of L and what the sockets showed. */
  total: number;
  /** Requests completed while the process was observed. */
  observedRequests: number;
  cpu: CpuFacts | null;
  /** Part, 0..1, of the time the service was ready to run in which its own database on the same host had the CPU. */
  heldByOwnDatabase: number;
  unread: number;
  served: number;
  /** Requests in flight that are not the load's, if they are more than the counting error: other clients of the service. */
  otherInFlight: number;
  inside: number;
  /** By the sockets, and by the database's own view where these do not show it; see `place-requests.ts`. */
  databaseWaiting: number;
  dependencyWaiting: number;
  peers: PeerObservation[];
  pool: PoolFacts | null;
  /** Requests inside the process that wait for a connection of the pool. */
  poolWaiting: number;
  /** Connections that are opened for requests and not kept: then there is no pool to queue for. Null when they are kept. */
  unkept: UnkeptConnections | null;
  /** Part of `databaseWaiting`: requests in a pooler, in front of the database. */
  poolerQueue: PoolerQueue | null;
  /** Part of `unread`: requests in front of workers that wait for something. */
  workerQueue: WorkerQueue | null;
  hasWire: boolean;
}

export function deriveFacts(input: DiagnosisInput): Facts {
  const { requestRate } = input.load;
  const process = input.service?.process ?? null;
  const wire = usableWire(input, loadInFlight(input.load, null).inFlight);
  const observedRequests = requestRate * ((process?.windowMs ?? wire?.windowMs ?? input.load.durationMs ?? 0) / 1000);
  const cpu = process === null ? null : cpuFacts(process, observedRequests);
  const pool = poolFacts(input.databases, { unanswered: slowCount(input.load), requestRate });
  const { unread, served, inside, databaseWaiting, dependencyWaiting } = placeRequests(input, wire);
  const { inFlight, inFlightMax, meanMs } = loadInFlight(input.load, wire === null ? null : unread + served);
  const total = Math.max(inFlight, unread + served, almostNothing);
  const peers = wire?.peers ?? [];
  const unkept = unkeptConnections(input, { peers, requestRate });
  const samples = wire?.samples ?? 0;
  const atPeersMax = wire === null ? 0 : (wire.atPeersMax ?? sumOf(wire.peers, (peer) => peer.waitingMax));
  const facts = {
    meanMs,
    requestRate,
    inFlight,
    total,
    observedRequests,
    cpu,
    heldByOwnDatabase: heldByOwnDatabase(input, cpu),
    unread,
    served,
    otherInFlight: otherInFlight(inFlightMax, unread + served),
    inside,
    databaseWaiting,
    dependencyWaiting,
    peers,
    pool,
    unkept,
    poolWaiting: unkept === null ? poolWaiting({ inFlight, total, inside, cpu, pool, peers, databaseWaiting, samples, atPeersMax }) : 0,
    poolerQueue: poolerQueue(input.databases, peers),
    hasWire: wire !== null,
  };
  return { ...facts, workerQueue: workerQueue(input, facts) };
}

function otherInFlight(ofLoad: number, onSockets: number): number {
  const surplus = onSockets - ofLoad;
  return isBeyondCounting(surplus, ofLoad) ? surplus : 0;
}

function servingLoops(main: ThreadObservation[]): number {
  const wanted = main.map((thread) => thread.cpuMs + thread.runDelayMs);
  const most = Math.max(0, ...wanted);
  return wanted.filter((ms) => ms >= servingPart * most).length;
}

/** Threads besides the main ones that work for the service. The thread that records our own profile does not. */
export function helperThreads({ threads, runtime }: ProcessObservation): ThreadObservation[] {
  const { profilerThread } = runtimeTraits(runtime);
  return threads.filter(({ isMain, name }) => !isMain && profilerThread?.test(name) !== true);
}

/** Run time plus the time ready for a CPU, as for the main loop: 0..1 of the window. */
export function occupied(thread: ThreadObservation, { windowMs }: ProcessObservation): number {
  return (thread.cpuMs + thread.runDelayMs) / windowMs;
}

function cpuFacts(process: ProcessObservation, observedRequests: number): CpuFacts {
  const { concurrency } = runtimeTraits(process.runtime);
  const singleLoop = concurrency === 'event-loop';
  const interpreters = concurrency === 'interpreter-lock' ? servingInterpreters(process) : null;
  const main = process.threads.filter((thread) => thread.isMain);
  const mainCpuMs = main.reduce((sum, thread) => sum + thread.cpuMs, 0);
  const mainDelayMs = main.reduce((sum, thread) => sum + thread.runDelayMs, 0);
  const loops = interpreters?.length ?? Math.max(1, servingLoops(main));
  const totalCores = process.cpuMs / process.windowMs;
  // Programs that the interpreter starts do not need its lock.
  const busyMs = singleLoop ? mainCpuMs : process.cpuMs - (interpreters === null ? 0 : (process.unseenMs ?? 0));
  const delayMs = interpreters === null ? (singleLoop ? mainDelayMs : process.runDelayMs) : sumOf(interpreters, (each) => each.delayMs);
  const mostDelayMs = interpreters === null ? delayMs : sumOf(interpreters, (each) => each.mostDelayMs);
  const servingCores = singleLoop || interpreters !== null ? Math.min(loops, process.usableCores) : process.usableCores;
  const available = servingCores * process.windowMs;
  return {
    busyCores: busyMs / process.windowMs,
    totalCores,
    servingCores,
    perRequestMs: observedRequests > 0 ? process.cpuMs / observedRequests : 0,
    utilization: busyMs / available,
    saturation: (busyMs + delayMs) / available,
    mostSaturation: (busyMs + mostDelayMs) / available,
    runDelayCores: delayMs / process.windowMs,
    offMainCores: singleLoop ? Math.max(0, totalCores - mainCpuMs / process.windowMs) : 0,
  };
}

function poolFacts(databases: DatabaseObservation[], load: AnsweredLoad): PoolFacts | null {
  const services = databases.flatMap((database) => (database.activity?.service ? [database.activity.service] : []));
  if (services.length === 0) return null;
  const sum = (of: (service: (typeof services)[number]) => number): number => services.reduce((total, service) => total + of(service), 0);
  return {
    sessions: sum((service) => service.sessions),
    busy: sum((service) => service.active + service.idleInTransaction),
    executing: sum((service) => Math.max(0, service.active - service.waitingForLock)),
    idleInTransaction: sum((service) => service.idleInTransaction),
    sessionsEnd: sum((service) => service.longIdle.sessionsEnd),
    leaked: sum((service) => leakedSessions(service, load)),
  };
}

/** Limits that decide when waiting inside the process is waiting for a connection. */
export const poolThresholds = {
  inUse: {
    value: 0.7,
    unit: 'of the connections',
    source:
      'A pool of which the mean look sees seven tenths in use is full most of the time: looks are a moment late, and a connection that changes hands looks free.',
  },
  beyond: {
    value: 1.2,
    unit: 'requests for each connection',
    source: 'One request in six without a connection is more than the counting error of two independent counts on small pools.',
  },
  queue: {
    value: 0.5,
    unit: 'requests',
    source: 'Less than half a request on average is the error of the two counts that are subtracted.',
  },
  told: {
    value: 1.5,
    unit: 'connections',
    source: 'Of a single connection nothing can be told: a lock that lets one request pass leaves the same.',
  },
  leaked: {
    value: 0.3,
    unit: 'of the connections',
    source: 'A pool that lost less than a third still serves most requests at once; then the loss is not what they queue for.',
  },
} as const satisfies Record<string, { value: number; unit: string; source: string }>;

interface WaitingInside {
  inFlight: number;
  total: number;
  inside: number;
  cpu: CpuFacts | null;
  pool: PoolFacts | null;
  peers: PeerObservation[];
  databaseWaiting: number;
  samples: number;
  atPeersMax: number;
}

/**
 * Counts the requests that wait for a connection: those inside the process and not on a CPU while every connection is in use. A connection is in use when
 * the database is busy with it, or when its owner waits elsewhere; the second shows when there are never more requests at all peers together than
 * connections. If the pool is full only at times, only the requests inside at those times count. Everything else waits for a timer, a lock or a thread
 * pool. A single connection proves nothing: a lock that lets one request pass also leaves one connection, busy while the owner of the lock queries the
 * database.
 */
function poolWaiting(facts: WaitingInside): number {
  const { pool, cpu, peers } = facts;
  if (pool === null || pool.sessions < 1 || (cpu?.saturation ?? 0) >= saturated) return 0;
  const rest = Math.max(0, facts.inside - (cpu?.busyCores ?? 0));
  if (rest >= poolThresholds.queue.value && isStarvedByLeaks(facts, pool)) return rest;
  if (rest < poolThresholds.queue.value || pool.sessions < poolThresholds.told.value) return 0;
  const isFullAtTimes =
    sumOf(peers, (peer) => (peer.kind === 'database' ? peer.waitingMax : 0)) >= poolThresholds.inUse.value * pool.sessions;
  const inBursts = isFullAtTimes ? Math.min(rest, queuedInBursts(peers)) : 0;
  if (facts.inFlight < poolThresholds.beyond.value * pool.sessions) return inBursts;
  if (Math.max(pool.busy, facts.databaseWaiting) >= poolThresholds.inUse.value * pool.sessions) return rest;
  const atPeers = { mean: sumOf(peers, (peer) => peer.waiting), max: facts.atPeersMax, samples: facts.samples };
  return isCappedAt(Math.ceil(pool.sessions), atPeers) ? rest : inBursts;
}

/** Are the connections in use at the database while requests queue for one: all the time, or just when the queue forms? */
export function isPoolBusyAtDatabase({ pool, peers, poolWaiting: waiting }: Facts): boolean {
  return pool !== null && (pool.busy >= poolThresholds.inUse.value * pool.sessions || queuedInBursts(peers) >= waiting);
}

/** Requests that queue for a database connection in the moments in which none is free. */
export function queuedInBursts(peers: PeerObservation[]): number {
  return sumOf(peers, (peer) => (peer.kind === 'database' ? (peer.queued ?? 0) : 0));
}

/** Are all the connections that the leaks leave in use, or are none left? */
function isStarvedByLeaks({ total, databaseWaiting }: WaitingInside, pool: PoolFacts): boolean {
  const usable = pool.sessionsEnd - pool.leaked;
  if (pool.leaked < poolThresholds.leaked.value * pool.sessionsEnd || total < poolThresholds.beyond.value * usable) return false;
  return usable < poolThresholds.queue.value || Math.max(pool.executing, databaseWaiting) >= poolThresholds.inUse.value * usable;
}

function sumOf<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((sum, one) => sum + of(one), 0);
}
