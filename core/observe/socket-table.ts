/** One TCP socket, as far as the accounting needs it. Ages are milliseconds before the look, in steps of the kernel's tick (1–10 ms). */
export interface SocketRow {
  /** In the words of `ss`: `ESTAB`, `LISTEN`, `SYN-SENT`, `CLOSE-WAIT`… */
  state: string;
  /** `address:port`, IPv6 in brackets, mapped IPv4 without its prefix. */
  local: string;
  peer: string;
  /** Bytes that the process has not read yet; of a listener, connections that it has not accepted yet. */
  receiveQueue: number;
  sendQueue: number;
  /** 0 = no process holds it (an accept queue does). */
  inode: number;
  /** When data was last sent and received and anything was last acknowledged; null where the source does not tell. */
  ages: { sentMs: number; receivedMs: number; acknowledgedMs: number } | null;
  /** Segments sent that the other side has not acknowledged. */
  unacknowledged: number;
  /** Since the connection was made; null where the kernel or the program is too old to tell. */
  bytesSent: number | null;
  bytesReceived: number | null;
}

/** Reads what `ss -tine` prints, with or without a header line and with the details on the same line (`-O`) or on the next one. */
export function parseSocketTable(text: string): SocketRow[] {
  const lines = text.replace(/\n[ \t]+/g, ' ').split('\n');
  return lines.flatMap((line) => parseLine(line) ?? []);
}

function parseLine(line: string): SocketRow | null {
  const match = /^(\S+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S+)(.*)/s.exec(line.trim());
  if (match === null || !isEnd(match[4]) || !isEnd(match[5])) return null;
  const [, state = '', receive = '0', send = '0', local = '', peer = '', details = ''] = match;
  const fields = new Map([...details.matchAll(/(?:^|\s)([a-z_]+):(\d+)/g)].map(([, key = '', value = '0']) => [key, Number(value)]));
  return {
    state,
    local: plainEnd(local),
    peer: plainEnd(peer),
    receiveQueue: Number(receive),
    sendQueue: Number(send),
    inode: fields.get('ino') ?? 0,
    ages: agesOf(fields),
    unacknowledged: fields.get('unacked') ?? 0,
    ...bytesOf(fields),
  };
}

/** `10.0.0.1:5432`, `[::1]:*`. */
function isEnd(text = ''): boolean {
  return text.includes(':', 1) && !text.endsWith(':');
}

/** `ss` leaves out what is zero: with the kernel's TCP information present (it always has `rto`), an absent age is less than a tick. */
function agesOf(fields: ReadonlyMap<string, number>): SocketRow['ages'] {
  if (!fields.has('rto') && !fields.has('lastsnd') && !fields.has('lastrcv')) return null;
  return { sentMs: fields.get('lastsnd') ?? 0, receivedMs: fields.get('lastrcv') ?? 0, acknowledgedMs: fields.get('lastack') ?? 0 };
}

/** Linux counts bytes since 4.1 (acknowledged, received) and 4.19 (sent). `segs_out`, of the same age, is never zero: with it, an absent counter is zero. */
function bytesOf(fields: ReadonlyMap<string, number>): Pick<SocketRow, 'bytesSent' | 'bytesReceived'> {
  if (!fields.has('segs_out') && !fields.has('bytes_sent') && !fields.has('bytes_received'))
    return { bytesSent: null, bytesReceived: null };
  // The SYN of the side that connected counts as one acknowledged byte.
  const acknowledged = Math.max(0, (fields.get('bytes_acked') ?? 0) - 1);
  return { bytesSent: fields.get('bytes_sent') ?? acknowledged, bytesReceived: fields.get('bytes_received') ?? 0 };
}

/**
 * One spelling for one end: mapped IPv4 without its prefix, IPv6 in brackets (iproute2 before 4.12 wrote none), `*` for every address of IPv6;
 * an interface (`127.0.0.53%lo`) is no part of an address.
 */
function plainEnd(end: string): string {
  const at = end.lastIndexOf(':');
  const host = end
    .slice(0, at)
    .replace(/%[^\]]+/, '')
    .replace(/^\[|\]$/g, '');
  const plain = host.replace(/^::ffff:(?=\d+\.)/, '');
  if (plain === '::') return `*${end.slice(at)}`;
  return `${plain.includes(':') ? `[${plain}]` : plain}${end.slice(at)}`;
}

export function portOf(end: string): number {
  return Number(end.slice(end.lastIndexOf(':') + 1));
}

/** The address without brackets. */
export function hostOf(end: string): string {
  return end.slice(0, end.lastIndexOf(':')).replace(/^\[|\]$/g, '');
}
