import { lastSpeaker, nearTie, type LastSpeaker } from './last-speaker.js';
import { portOf, type SocketRow } from './socket-table.js';

/** What one look saw at one place. `us` and `them` are the sockets on which that side spoke last; the ties are divided when the window is over. */
export interface Looks {
  us: number;
  them: number;
  tied: number;
  unknown: number;
  nearUs: number;
  nearThem: number;
  /** Sockets that carried a further message in the same direction although no answer had come: several requests share the connection. */
  interleaved: number;
}

export interface PeerLook extends Looks {
  connections: number;
  connecting: number;
  /** Waits that are older than every request in service: a long poll or a job, no part of a request. */
  background: number;
  /** Of `connections`: who spoke last is a tie, but longer ago than any request in service began. Idle, whoever it was. */
  quiet: number;
  /** Of `connections`: were not there at the look before. */
  opened: number;
}

/** One look at the service's sockets. */
export interface WireSample {
  inbound: Looks & { connections: number; unread: number };
  acceptQueue: number;
  peers: Map<string, PeerLook>;
}

interface SocketMemory {
  row: SocketRow;
  speaker: LastSpeaker;
  /** Messages sent in a row without any answer. */
  unansweredSends: number;
}

/** What the next look needs of this one. */
export interface WireMemory {
  sockets: ReadonlyMap<string, SocketMemory>;
  /** Every port on which the service was ever seen to listen: an inspector may close its listener before its last connection ends. */
  listening: ReadonlySet<number>;
}

export const noMemory: WireMemory = { sockets: new Map(), listening: new Set() };

export interface WireScope {
  /** Inodes of the sockets that the service's processes hold. */
  owned: ReadonlySet<number>;
  /** Port on which the judged requests arrive; null = every port on which the service listens, debuggers apart. */
  servicePort: number | null;
  /** Ends of the responder's own sockets: a profiler's connection is no request. */
  ownEnds: ReadonlySet<string>;
}

/** A message counts as complete when nothing was added to it for this long. */
const settledMs = 20;
/** A wait as long as this may be a long poll; shorter ones hardly weigh. */
const longWaitMs = 1000;
/** With fewer connections than this the age of the oldest request says little (one connection may carry many). */
const fewConnections = 3;

/** Sorts the service's sockets into inbound requests and waits at its peers, one request in flight per connection. */
export function sampleWire(rows: readonly SocketRow[], scope: WireScope, memory: WireMemory): { sample: WireSample; memory: WireMemory } {
  const { isInbound, isOutbound, listening } = sortPorts(rows, scope, memory);
  const foreign = rows.filter((row) => !scope.ownEnds.has(row.peer));
  const looked = new Map<string, SocketMemory>();
  const look = (row: SocketRow): SocketMemory => {
    const key = `${row.inode} ${row.local} ${row.peer}`;
    const current = remember(row, memory.sockets.get(key));
    looked.set(key, current);
    return current;
  };
  const inboundRows = foreign.filter((row) => row.state === 'ESTAB' && row.inode !== 0 && isInbound(portOf(row.local)));
  const inbound = inboundLooks(inboundRows, look, memory);
  const outboundRows = foreign.filter((row) => scope.owned.has(row.inode) && row.state !== 'LISTEN' && isOutbound(portOf(row.local)));
  const peers = outboundLooks(outboundRows, look, memory, oldestRequestMs(inboundRows));
  const listeners = rows.filter((row) => row.state === 'LISTEN' && isInbound(portOf(row.local)));
  const acceptQueue = listeners.reduce((sum, row) => sum + row.receiveQueue, 0);
  return { sample: { inbound, acceptQueue, peers }, memory: { sockets: looked, listening } };
}

interface SortedPorts {
  isInbound: (port: number) => boolean;
  isOutbound: (port: number) => boolean;
  listening: ReadonlySet<number>;
}

function sortPorts(rows: readonly SocketRow[], scope: WireScope, memory: WireMemory): SortedPorts {
  const now = rows.filter((row) => row.state === 'LISTEN' && scope.owned.has(row.inode)).map((row) => portOf(row.local));
  const listening = new Set([...memory.listening, ...now]);
  const { servicePort } = scope;
  return {
    isInbound: (port) => (servicePort === null ? listening.has(port) && !isDebuggerPort(port) : port === servicePort),
    // Other listening ports of the service (an inspector, metrics) are neither requests nor peers.
    isOutbound: (port) => port !== servicePort && !listening.has(port),
    listening,
  };
}

/** Node's inspector: 9229 and, for further processes, the ports after it. */
function isDebuggerPort(port: number): boolean {
  return port >= 9229 && port < 9329;
}

/** A socket on which no byte moved since the last look is in the state that it was in then, which may have been easier to tell. */
function remember(row: SocketRow, before: SocketMemory | undefined): SocketMemory {
  const speaker = lastSpeaker(row);
  if (before === undefined || row.bytesSent === null || row.bytesReceived === null) return { row, speaker, unansweredSends: 0 };
  const isSame = row.bytesSent === before.row.bytesSent && row.bytesReceived === before.row.bytesReceived;
  const isAnswered = row.bytesReceived !== before.row.bytesReceived;
  const unansweredSends = isAnswered ? 0 : before.unansweredSends + (isSame ? 0 : 1);
  return { row, speaker: isSame && speaker === 'tied' ? before.speaker : speaker, unansweredSends };
}

function emptyLooks(): Looks {
  return { us: 0, them: 0, tied: 0, unknown: 0, nearUs: 0, nearThem: 0, interleaved: 0 };
}

function addLook(looks: Looks, { row, speaker }: SocketMemory): void {
  if (speaker !== 'nobody') looks[speaker] += 1;
  const near = nearTie(row);
  if (near === 'us') looks.nearUs += 1;
  if (near === 'them') looks.nearThem += 1;
}

function inboundLooks(rows: readonly SocketRow[], look: (row: SocketRow) => SocketMemory, memory: WireMemory): WireSample['inbound'] {
  const inbound = { ...emptyLooks(), connections: rows.length, unread: 0 };
  for (const row of rows) {
    const before = memory.sockets.get(`${row.inode} ${row.local} ${row.peer}`);
    const current = look(row);
    if (row.receiveQueue > 0) inbound.unread += 1;
    // An answer that is still on its way (or held back by Nagle's algorithm) is served, and says nothing about the ties of others.
    else if (row.sendQueue === 0 || current.speaker !== 'us') addLook(inbound, current);
    if (isInterleaved(before, row, 'them')) inbound.interleaved += 1;
  }
  return inbound;
}

function outboundLooks(
  rows: readonly SocketRow[],
  look: (row: SocketRow) => SocketMemory,
  memory: WireMemory,
  oldestMs: number | null,
): Map<string, PeerLook> {
  const peers = new Map<string, PeerLook>();
  for (const row of rows) {
    const peer = peers.get(row.peer) ?? { ...emptyLooks(), connections: 0, connecting: 0, background: 0, quiet: 0, opened: 0 };
    peers.set(row.peer, peer);
    peer.connections += 1;
    const before = memory.sockets.get(`${row.inode} ${row.local} ${row.peer}`);
    if (before === undefined) peer.opened += 1;
    const current = look(row);
    if (row.state === 'SYN-SENT') peer.connecting += 1;
    // An answer that has arrived but was not read yet is not the peer's fault any more; what only ever sends waits for nothing.
    else if (row.state === 'ESTAB' && row.receiveQueue === 0 && !isOneWay(current)) {
      const waitMs = row.ages?.sentMs ?? 0;
      const isOld = waitMs > (oldestMs === null ? longWaitMs : oldestMs + settledMs * 2);
      if (current.speaker === 'us' && isOld && oldestMs !== null && waitMs >= longWaitMs) peer.background += 1;
      else if (current.speaker === 'tied' && isOld) peer.quiet += 1;
      else addLook(peer, current);
    }
    if (isInterleaved(before, row, 'us')) peer.interleaved += 1;
  }
  return peers;
}

/** Logs, metrics and the like: message after message, and never an answer. */
function isOneWay({ row, unansweredSends }: SocketMemory): boolean {
  return row.bytesReceived === 0 && unansweredSends >= 3;
}

/** A complete message was followed by another one from the same side, with no answer in between. */
function isInterleaved(before: SocketMemory | undefined, row: SocketRow, side: 'us' | 'them'): boolean {
  if (before?.speaker !== side || before.row.ages === null || row.bytesSent === null || before.row.bytesSent === null) return false;
  if (row.bytesReceived === null || before.row.bytesReceived === null || row.bytesReceived === 0) return false;
  const [sent, received] = [row.bytesSent - before.row.bytesSent, row.bytesReceived - before.row.bytesReceived];
  const { sentMs, receivedMs } = before.row.ages;
  return side === 'us' ? sentMs >= settledMs && sent > 0 && received === 0 : receivedMs >= settledMs && received > 0 && sent === 0;
}

/** Age of the oldest request in service or unread; null when it cannot be told. */
function oldestRequestMs(rows: readonly SocketRow[]): number | null {
  if (rows.length < fewConnections || rows.some((row) => row.ages === null)) return null;
  const open = rows.filter((row) => row.receiveQueue > 0 || ['them', 'tied'].includes(lastSpeaker(row)));
  return Math.max(0, ...open.map((row) => row.ages?.receivedMs ?? 0));
}
