import { engineTraits } from '../../engines/registry.js';
import type { DatabaseObservation } from '../../model/database.js';
import type { PeerObservation, WireObservation } from '../../model/observation.js';
import type { DiagnosisInput } from '../input.js';

/** With fewer samples of the sockets their means say nothing. */
export const fewestLooks = 10;

/**
 * Sockets say nothing about requests when many requests share one (HTTP/2, pipelining), when there are too few samples, or when the kernel's table came
 * without ages. Who waits for whom is then unknown, not zero.
 */
export function usableWire(input: DiagnosisInput, inFlight: number): WireObservation | null {
  const wire = input.service?.wire ?? null;
  const isAgeless = input.service?.missing.some((row) => row.id === 'socket-ages') === true;
  if (wire === null || isAgeless || wire.samples < fewestLooks) return null;
  return wire.multiplexed && !isOneEach(wire, inFlight) ? null : wire;
}

/** Two independent counts of the same requests agree within a quarter: each is a mean over some dozen samples, or a rate times a latency. */
const countingError = 0.25;

/** Is this surplus more than one request, and more than the counting error of that many? */
export function isBeyondCounting(surplus: number, counted: number): boolean {
  return surplus > Math.max(1, countingError * counted);
}

/**
 * When there are as many busy connections as the load has requests in flight, what looks like several requests on a connection is one large body in pieces.
 */
function isOneEach({ inbound }: WireObservation, inFlight: number): boolean {
  return Math.abs(inbound.unread + inbound.acceptQueue + inbound.served - inFlight) <= countingError * inFlight;
}

function sumWaiting(peers: PeerObservation[], wanted: (kind: PeerObservation['kind']) => boolean): number {
  return peers.filter((peer) => wanted(peer.kind)).reduce((sum, peer) => sum + peer.waiting + peer.connecting, 0);
}

function databaseActive(databases: DatabaseObservation[]): number {
  return databases.reduce((sum, database) => sum + (database.activity?.service?.active ?? database.activity?.activeSessions ?? 0), 0);
}

/**
 * Counts requests that their sockets place inside the service although the database still works for them: it has sent the first rows and goes on. Sessions
 * that wait for their client do not count, because there the service is the slow side.
 */
function stillExecuting(databases: DatabaseObservation[], onSockets: number, inside: number): number {
  const executing = databases.reduce((sum, { kind, activity }) => {
    const { waitOf } = engineTraits(kind);
    const forClient = (activity?.byWaitClass ?? []).filter((wait) => waitOf(wait.waitClass) === 'client');
    return sum + Math.max(0, (activity?.service?.active ?? 0) - forClient.reduce((all, wait) => all + wait.sessions, 0));
  }, 0);
  const surplus = executing - onSockets;
  return isBeyondCounting(surplus, onSockets) ? Math.min(inside, surplus) : 0;
}

/** Where the requests in flight are, in mean numbers. */
export interface PlacedRequests {
  unread: number;
  served: number;
  /** Of `served`: on CPU or waiting for something inside the process. */
  inside: number;
  databaseWaiting: number;
  dependencyWaiting: number;
}

/** Uses the service's sockets, and the database's own sessions where there are no sockets, where they are Unix-domain ones, or where rows trickle in. */
export function placeRequests({ databases }: DiagnosisInput, wire: WireObservation | null): PlacedRequests {
  if (wire === null) return { unread: 0, served: 0, inside: 0, databaseWaiting: databaseActive(databases), dependencyWaiting: 0 };
  const locally = databases.reduce((sum, { activity }) => sum + (activity?.service?.activeLocally ?? 0), 0);
  const seen = sumWaiting(wire.peers, (kind) => kind === 'database') + locally;
  const insideBySockets = Math.max(0, wire.waitingInside - locally);
  const trickling = stillExecuting(databases, seen, insideBySockets);
  return {
    unread: wire.inbound.unread + wire.inbound.acceptQueue,
    served: wire.inbound.served,
    inside: insideBySockets - trickling,
    databaseWaiting: seen + trickling,
    dependencyWaiting: sumWaiting(wire.peers, (kind) => kind === 'service' || kind === 'cache' || kind === 'unknown'),
  };
}
