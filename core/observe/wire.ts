import type { PeerObservation, WireObservation } from '../model/observation.js';
import { knownPort } from './known-ports.js';
import { standardError } from './standard-error.js';
import { portOf } from './socket-table.js';
import type { Looks, PeerLook, WireSample } from './wire-sample.js';

/** What the catalog says an address is. */
export interface PeerHint {
  /** `address:port`. */
  peer: string;
  label: string;
  kind: PeerObservation['kind'];
  /** It is a pooler in front of what the label names. */
  pooler?: PeerObservation['pooler'];
}

/** Below this share of one-way surprises a large body that came in pieces explains them. */
const interleavedShare = 0.02;
const interleavedLooks = 5;

/** Means over the samples: by Little's law each is the mean number of requests in flight that one place held. Null without samples. */
export function summarizeWire(samples: readonly WireSample[], windowMs: number, hints: readonly PeerHint[]): WireObservation | null {
  if (samples.length === 0) return null;
  const inbound = total(samples.map((sample) => sample.inbound));
  const servedTies = 1 - tieShareOfUs(inbound);
  const served = samples.map((sample) => sample.inbound.them + sample.inbound.tied * servedTies);
  const names = [...new Set(samples.flatMap((sample) => [...sample.peers.keys()]))];
  const looks = names.map((peer) => summarizePeer(peer, samples, hints));
  const held = samples.map((_, index) => looks.reduce((sum, { counts }) => sum + (counts[index] ?? 0), 0));
  const inside = served.map((count, index) => Math.max(0, count - (held[index] ?? 0)));
  const peers = looks.map(({ peer, counts }) => ({ ...peer, queued: queuedWhileFull(counts, inside) }));
  return {
    samples: samples.length,
    windowMs,
    inbound: {
      connections: mean(samples.map((sample) => sample.inbound.connections)),
      unread: mean(samples.map((sample) => sample.inbound.unread)),
      served: mean(served),
      acceptQueue: mean(samples.map((sample) => sample.acceptQueue)),
      acceptQueueMax: Math.max(...samples.map((sample) => sample.acceptQueue)),
    },
    peers: peers.sort((a, b) => b.waiting - a.waiting || a.peer.localeCompare(b.peer)),
    atPeersMax: Math.max(...held),
    waitingInside: mean(inside),
    multiplexed: isShared(inbound, 'them'),
    limits: [...inboundLimits(inbound, samples, served), ...looks.flatMap(({ limits }) => limits), ...hintLimits(names, hints)],
  };
}

/** So many looks of either kind, or their means are an accident. */
const fewestOfEach = 5;

/**
 * Requests that are inside the service only when every connection to a peer is in use queue for one: what else could let go of them just then? Both counts
 * are per look. Whatever is inside at other times, too (CPU, a timer, a lock), is taken off. Zero when the peer was always or hardly ever that busy.
 */
function queuedWhileFull(atPeer: readonly number[], inside: readonly number[]): number {
  const most = Math.max(0, ...atPeer);
  // A look is no instant: a request that just left or just came may be missed.
  const isFull = (count: number | undefined): boolean => most >= 2 && (count ?? 0) >= 0.9 * most;
  const full = inside.filter((_, look) => isFull(atPeer[look]));
  const free = inside.filter((_, look) => !isFull(atPeer[look]));
  if (full.length < fewestOfEach || free.length < fewestOfEach) return 0;
  return (Math.max(0, mean(full) - mean(free)) * full.length) / inside.length;
}

interface SummarizedPeer {
  peer: PeerObservation;
  /** Sockets that waited or connected, per sample. */
  counts: number[];
  limits: string[];
}

const absent: PeerLook = {
  connections: 0,
  connecting: 0,
  background: 0,
  quiet: 0,
  opened: 0,
  us: 0,
  them: 0,
  tied: 0,
  unknown: 0,
  nearUs: 0,
  nearThem: 0,
  interleaved: 0,
};

function summarizePeer(name: string, samples: readonly WireSample[], hints: readonly PeerHint[]): SummarizedPeer {
  const all = samples.map((sample) => sample.peers.get(name) ?? absent);
  const looks = total(all);
  const share = tieShareOfUs(looks);
  const waiting = all.map((look) => look.us + look.tied * share);
  const { label, kind, pooler }: Omit<PeerHint, 'peer'> = hints.find((hint) => hint.peer === name) ?? knownPort(portOf(name));
  const peer = {
    peer: name,
    label,
    kind,
    connections: mean(all.map((look) => look.connections)),
    waiting: mean(waiting),
    waitingMax: Math.max(...waiting),
    connecting: mean(all.map((look) => look.connecting)),
    ...(all.length < 2 ? {} : { opened: mean(all.slice(1).map((look) => look.opened)) }),
    ...(pooler === undefined ? {} : { pooler }),
  };
  const counts = all.map((look, index) => (waiting[index] ?? 0) + look.connecting);
  return { peer, counts, limits: peerLimits(peer, looks, mean(all.map((look) => look.background))) };
}

function peerLimits(peer: PeerObservation, looks: Looks, background: number): string[] {
  const where = `${peer.label} (${peer.peer})`;
  const limits: string[] = [];
  if (isShared(looks, 'us'))
    limits.push(`several requests share a connection to ${where}: it holds more of them than the ${peer.waiting.toFixed(1)} counted there`);
  else if (peer.connections > 0.5 && peer.connections < 1.5 && peer.waiting > 0.8)
    limits.push(`the only connection to ${where} waited nearly all the time: requests that queue for it are counted inside the service`);
  if (background >= 0.05)
    limits.push(
      `${background.toFixed(1)} connections to ${where} waited longer than any request was in service: a long poll or a job, not counted`,
    );
  const decided = looks.us + looks.them + looks.tied;
  if (looks.tied > decided * 0.2 && looks.nearUs + looks.nearThem < 10 && tieShareOfUs(looks) > 0.1 && tieShareOfUs(looks) < 0.9)
    limits.push(
      `who spoke last to ${where} could not be told in ${Math.round((looks.tied / decided) * 100)} % of the looks and was estimated`,
    );
  return limits;
}

function inboundLimits(inbound: Looks, samples: readonly WireSample[], served: readonly number[]): string[] {
  const limits = ['one request in flight per connection is assumed; Unix-domain sockets are not seen'];
  if (inbound.unknown > 0)
    limits.push('the kernel tells no ages here, only queues: what is unread is known, what waits at a peer or inside is not');
  if (isShared(inbound, 'them'))
    limits.push('requests came in on connections that still owed an answer (HTTP/2 or pipelining): sockets are not requests here');
  const inFlight = served.map((count, index) => count + (samples[index]?.inbound.unread ?? 0));
  const error = standardError(inFlight);
  if (error > Math.max(0.5, mean(inFlight) * 0.2))
    limits.push(
      `${samples.length} samples are few: the number in flight is uncertain by ${Number.isFinite(error) ? `± ${error.toFixed(1)}` : 'an unknown amount'}`,
    );
  return limits;
}

/** A peer of the catalog that no socket led to: another way (a Unix-domain socket, a proxy) or no use of it in the window. */
function hintLimits(names: readonly string[], hints: readonly PeerHint[]): string[] {
  const labels = new Set(hints.map((hint) => hint.label));
  const seen = new Set(hints.filter((hint) => names.includes(hint.peer)).map((hint) => hint.label));
  return [...labels]
    .filter((label) => !seen.has(label))
    .map((label) => `no TCP connection to ${label} was seen: it is reached by a Unix-domain socket or a proxy, or was not used`);
}

/** Of the ties, the share in which we spoke last. Near ties tell best, then whatever could be told; with neither, a half. */
function tieShareOfUs(looks: Looks): number {
  if (looks.nearUs + looks.nearThem > 0) return looks.nearUs / (looks.nearUs + looks.nearThem);
  return looks.us + looks.them > 0 ? looks.us / (looks.us + looks.them) : 0.5;
}

function isShared(looks: Looks, side: 'us' | 'them'): boolean {
  return looks.interleaved >= interleavedLooks && looks.interleaved >= interleavedShare * (looks[side] + looks.tied);
}

function total(all: readonly Looks[]): Looks {
  const sum = (key: keyof Looks): number => all.reduce((result, looks) => result + looks[key], 0);
  return {
    us: sum('us'),
    them: sum('them'),
    tied: sum('tied'),
    unknown: sum('unknown'),
    nearUs: sum('nearUs'),
    nearThem: sum('nearThem'),
    interleaved: sum('interleaved'),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
