import type { PeerObservation } from '../../model/observation.js';
import { runtimeTraits } from '../../runtimes/registry.js';
import { almostNothing } from '../figures.js';
import type { DiagnosisInput } from '../input.js';
import { saturated, type CpuFacts } from './cpu-facts.js';
import { isBeyondCounting } from './place-requests.js';

/** Requests that queue in front of a service that has CPU to spare, because its workers are occupied by waits. */
export interface WorkerQueue {
  /** Mean number of requests. */
  waiting: number;
  /** What occupies the workers, as parts 0..1 of their waits; together 1. */
  occupiedBy: { inside: number; database: number; peers: ReadonlyMap<string, number> };
}

interface Placed {
  cpu: CpuFacts | null;
  hasWire: boolean;
  unread: number;
  served: number;
  inside: number;
  databaseWaiting: number;
  peers: readonly PeerObservation[];
}

/**
 * Work in bursts makes requests queue even below the limit of the CPU, but only while the CPU works: at most its saturation times all requests. What queues
 * beyond that waits for a worker (a thread, a process, a loop that something holds). It is charged to what the requests in service wait for, because the
 * queue goes when that wait goes. Answers that an event loop awaits do not occupy it; only what holds it inside does. Null when there is no such queue.
 */
export function workerQueue(input: DiagnosisInput, facts: Placed): WorkerQueue | null {
  const { cpu, unread, hasWire } = facts;
  if (cpu === null || !hasWire || cpu.saturation >= saturated) return null;
  const forCpu = cpu.saturation * (unread + facts.served);
  const waiting = unread - forCpu;
  if (!isBeyondCounting(waiting, forCpu)) return null;
  const inside = Math.max(0, facts.inside - cpu.busyCores - cpu.runDelayCores);
  const isLoop = runtimeTraits(input.service?.process?.runtime ?? '').concurrency === 'event-loop';
  const database = isLoop ? 0 : facts.databaseWaiting;
  const peers = isLoop
    ? []
    : facts.peers.filter(({ kind }) => kind !== 'database').map((peer) => [peer.peer, peer.waiting + peer.connecting] as const);
  const all = inside + database + peers.reduce((sum, [, count]) => sum + count, 0);
  if (all < almostNothing) return null;
  return {
    waiting,
    occupiedBy: { inside: inside / all, database: database / all, peers: new Map(peers.map(([peer, count]) => [peer, count / all])) },
  };
}
