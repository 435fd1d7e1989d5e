/** One line of `ss -tinaHOe`, as far as the accounting needs it. Ages are milliseconds, in steps of the kernel's tick (1–10 ms). */
export interface SocketRow {
  state: string;
  local: string;
  peer: string;
  receiveQueue: number;
  sendQueue: number;
  inode: number;
  lastSentMs: number | null;
  lastReceivedMs: number | null;
  lastAckMs: number | null;
  bytesSent: number;
  bytesReceived: number;
}

/** Reads the table of iproute2 from 5.x on; lines that are no sockets are passed over. */
export function parseSocketTable(text: string): SocketRow[] {
  return text.split('\n').flatMap((line) => parseLine(line) ?? []);
}

function parseLine(line: string): SocketRow | null {
  const match = /^(\S+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S+)\s*(.*)$/.exec(line.trim());
  if (match === null) return null;
  const [, state = '', receive = '0', send = '0', local = '', peer = '', details = ''] = match;
  const number = (key: string): number | null => {
    const value = new RegExp(`(?:^|\\s)${key}:(\\d+)`).exec(details)?.[1];
    return value === undefined ? null : Number(value);
  };
  return {
    state,
    local: plainAddress(local),
    peer: plainAddress(peer),
    receiveQueue: Number(receive),
    sendQueue: Number(send),
    inode: number('ino') ?? 0,
    lastSentMs: number('lastsnd'),
    lastReceivedMs: number('lastrcv'),
    lastAckMs: number('lastack'),
    bytesSent: number('bytes_sent') ?? 0,
    bytesReceived: number('bytes_received') ?? 0,
  };
}

/** `[::ffff:127.0.0.1]:80` and `127.0.0.1:80` are the same end; an interface suffix (`127.0.0.53%lo`) is no part of an address. */
function plainAddress(address: string): string {
  const withoutScope = address.replace(/%[^:\]]+/, '');
  const mapped = /^\[::ffff:(\d+\.\d+\.\d+\.\d+)\]:(\S+)$/.exec(withoutScope);
  return mapped === null ? withoutScope : `${mapped[1] ?? ''}:${mapped[2] ?? ''}`;
}

export function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(':') + 1));
}

/** Two events closer than this cannot be told apart by their ages: the coarsest tick in use is 10 ms. */
const tickMs = 10;

/**
 * Did our side send last, so that the peer owes an answer? 1 = yes, 0 = no, ½ = cannot be told.
 * Equal ages happen when a request follows an answer within one tick. Then the acknowledgement tells: one that came after the peer's last data
 * acknowledges something that we sent after it (the peer's own data would have carried it otherwise).
 */
export function sentLast(row: SocketRow): number {
  const { lastSentMs, lastReceivedMs, lastAckMs } = row;
  if (row.bytesSent === 0) return 0;
  if (row.bytesReceived === 0) return 1;
  if (lastSentMs === null || lastReceivedMs === null) return 0;
  if (lastSentMs < lastReceivedMs) return 1;
  if (lastSentMs > lastReceivedMs) return 0;
  if (lastAckMs !== null && lastAckMs < lastReceivedMs) return 1;
  return lastReceivedMs <= tickMs ? 0.5 : 0;
}
