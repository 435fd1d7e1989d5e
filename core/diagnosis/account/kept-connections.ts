import type { PeerObservation } from '../../model/observation.js';
import type { DiagnosisInput } from '../input.js';

/** When connections to a database are opened for the requests rather than kept. */
export const keptThresholds = {
  renewed: {
    value: 0.5,
    unit: 'of the connections',
    source:
      'A pool keeps what it has, so next to none of its connections is new at a look a quarter of a second after the last one; where half of them are, they do not outlive a request or two.',
  },
  opened: {
    value: 0.5,
    unit: 'connections a request',
    source: 'Every other request opens one; a pool opens its own once, and a few after errors.',
  },
  answers: {
    value: 2,
    unit: 'answers before the first statement',
    source: 'A server answers the start of a session and the proof of who asks (protocol of PostgreSQL); SCRAM and TLS take more.',
  },
} as const satisfies Record<string, { value: number; unit: string; source: string }>;

/** Connections of the service to a database that are opened and closed again all the time. */
export interface UnkeptConnections {
  database: string;
  peer: PeerObservation;
  /** Sessions that the database began, per request. */
  perRequest: number;
  /** Share, 0..1, of the service's connections in a sample that were not there in the sample before. */
  renewed: number;
}

/**
 * The database counts the sessions that it begins for all its clients; the service's sockets show that it is the service that does not keep its
 * connections. Null when it keeps them.
 */
export function unkeptConnections(
  { databases, load }: DiagnosisInput,
  { peers, requestRate }: { peers: readonly PeerObservation[]; requestRate: number },
): UnkeptConnections | null {
  const found = databases.flatMap(({ name, peer: address, counters, activity }) => {
    const peer = peers.find((one) => one.kind === 'database' && one.peer === address);
    const requests = requestRate * ((activity?.windowMs ?? load.durationMs ?? 0) / 1000);
    if (peer?.opened === undefined || counters?.sessions === undefined || peer.connections <= 0 || requests <= 0) return [];
    return [{ database: name, peer, perRequest: counters.sessions / requests, renewed: Math.min(1, peer.opened / peer.connections) }];
  });
  const [first] = found.sort((a, b) => b.perRequest - a.perRequest);
  if (first === undefined || first.renewed < keptThresholds.renewed.value || first.perRequest < keptThresholds.opened.value) return null;
  return first;
}
