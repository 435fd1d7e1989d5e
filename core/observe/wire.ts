import type { PeerObservation, WireObservation } from '../model/observation.js';
import { portOf, sentLast, type SocketRow } from './socket-table.js';

/** One look at the service's sockets. */
export interface WireSample {
  inboundConnections: number;
  unread: number;
  served: number;
  acceptQueue: number;
  peers: Map<string, { connections: number; waiting: number; connecting: number }>;
}

/** What the catalog says an address is. */
export interface PeerHint {
  /** `address:port`. */
  peer: string;
  label: string;
  kind: PeerObservation['kind'];
}

/** Well-known ports say what a peer most likely is when the catalog does not. */
const knownPorts: Record<number, { label: string; kind: PeerObservation['kind'] }> = {
  1433: { label: 'SQL Server', kind: 'database' },
  1521: { label: 'Oracle', kind: 'database' },
  3306: { label: 'MySQL', kind: 'database' },
  5432: { label: 'PostgreSQL', kind: 'database' },
  6432: { label: 'PgBouncer', kind: 'database' },
  27017: { label: 'MongoDB', kind: 'database' },
  6379: { label: 'Redis', kind: 'cache' },
  11211: { label: 'Memcached', kind: 'cache' },
  80: { label: 'HTTP service', kind: 'service' },
  443: { label: 'HTTPS service', kind: 'service' },
  9092: { label: 'Kafka', kind: 'service' },
};

/** Sorts the sockets that the service owns into inbound requests and waits at its peers. One request in flight per connection is assumed. */
export function sampleWire(rows: readonly SocketRow[], owned: ReadonlySet<number>, servicePort: number | null): WireSample {
  const sample: WireSample = { inboundConnections: 0, unread: 0, served: 0, acceptQueue: 0, peers: new Map() };
  const mine = rows.filter((row) => owned.has(row.inode));
  const listening = new Set(mine.filter((row) => row.state === 'LISTEN').map((row) => portOf(row.local)));
  for (const row of mine) {
    const port = portOf(row.local);
    if (row.state === 'LISTEN') sample.acceptQueue += port === servicePort ? row.receiveQueue : 0;
    else if (port === servicePort) addInbound(sample, row);
    // Other listening ports of the process (an inspector, metrics) are neither requests of the service nor its peers.
    else if (!listening.has(port)) addOutbound(sample, row);
  }
  return sample;
}

function addInbound(sample: WireSample, row: SocketRow): void {
  if (row.state !== 'ESTAB') return;
  sample.inboundConnections += 1;
  if (row.receiveQueue > 0) sample.unread += 1;
  else if (row.bytesReceived > 0) sample.served += 1 - sentLast(row);
}

function addOutbound(sample: WireSample, row: SocketRow): void {
  if (row.state !== 'ESTAB' && row.state !== 'SYN-SENT') return;
  const peer = sample.peers.get(row.peer) ?? { connections: 0, waiting: 0, connecting: 0 };
  peer.connections += 1;
  if (row.state === 'SYN-SENT') peer.connecting += 1;
  // An answer that has arrived but was not read yet is not the peer's fault any more.
  else if (row.receiveQueue === 0) peer.waiting += sentLast(row);
  sample.peers.set(row.peer, peer);
}

/** Means over the samples: by Little's law each is the mean number of requests in flight that one place held. */
export function summarizeWire(samples: readonly WireSample[], windowMs: number, hints: readonly PeerHint[]): WireObservation {
  const mean = (of: (sample: WireSample) => number): number =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / Math.max(1, samples.length);
  const peers = [...new Set(samples.flatMap((sample) => [...sample.peers.keys()]))].map((peer) => summarizePeer(peer, samples, hints));
  const waitingAt = (sample: WireSample): number =>
    [...sample.peers.values()].reduce((sum, peer) => sum + peer.waiting + peer.connecting, 0);
  return {
    samples: samples.length,
    windowMs,
    inbound: {
      connections: mean((sample) => sample.inboundConnections),
      unread: mean((sample) => sample.unread),
      served: mean((sample) => sample.served),
      acceptQueue: mean((sample) => sample.acceptQueue),
      acceptQueueMax: Math.max(0, ...samples.map((sample) => sample.acceptQueue)),
    },
    peers: peers.sort((a, b) => b.waiting - a.waiting || a.peer.localeCompare(b.peer)),
    waitingInside: mean((sample) => Math.max(0, sample.served - waitingAt(sample))),
    multiplexed: false,
    limits: [
      'one request in flight per connection is assumed; Unix-domain sockets are not seen; ages have the resolution of a kernel tick',
    ],
  };
}

function summarizePeer(peer: string, samples: readonly WireSample[], hints: readonly PeerHint[]): PeerObservation {
  const all = samples.map((sample) => sample.peers.get(peer) ?? { connections: 0, waiting: 0, connecting: 0 });
  const mean = (of: (entry: (typeof all)[number]) => number): number =>
    all.reduce((sum, entry) => sum + of(entry), 0) / Math.max(1, all.length);
  const hint = hints.find((each) => each.peer === peer) ?? knownPorts[portOf(peer)];
  return {
    peer,
    label: hint?.label ?? 'unknown service',
    kind: hint?.kind ?? 'unknown',
    connections: mean((entry) => entry.connections),
    waiting: mean((entry) => entry.waiting),
    waitingMax: Math.max(0, ...all.map((entry) => entry.waiting)),
    connecting: mean((entry) => entry.connecting),
  };
}
