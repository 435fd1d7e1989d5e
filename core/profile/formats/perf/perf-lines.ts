/** The first line of a sample. What the capture was not asked to print is null. */
export interface PerfHeader {
  comm: string;
  event: string | null;
  seconds: number | null;
  period: number | null;
  /** One-line samples carry their only frame behind the event. */
  inlineFrame: string | null;
  /** Nothing but a command and a number: a sample only when frames follow. */
  isBare: boolean;
}

const process = String.raw`^\s*(?:(\S+(?:\s+\S+)*?)\s+)?(?:-?\d+\/)?-?\d+(?:\s+\[\d+\])?`;
const name = String.raw`([A-Za-z_][\w/.,=*-]*(?::[\w/.,=*-]+)*)`;

/**
 * `comm pid[/tid] [cpu] [flags] time: [period] event: [frame]`. The command may contain spaces and colons; the event may contain
 * slashes, equals signs and colons (`cpu-clock/freq=199/:u:`, `sched:sched_switch:`). Time and event are there when `-F` asked for them.
 */
const whole = new RegExp(String.raw`${process}\s+(?:[^\s:\d][^\s:]{0,6}\s+)?(\d+(?:\.\d+)?):\s+(?:(\d+)\s+)?${name}:(.*)$`);
const withoutTime = new RegExp(String.raw`${process}\s+(?:(\d+)\s+)?${name}:(.*)$`);
const withoutEvent = new RegExp(String.raw`${process}\s+(?:[^\s:\d][^\s:]{0,6}\s+)?(\d+\.\d+):\s*(?:(\d+)\s*)?$`);
const bare = new RegExp(String.raw`${process}\s*$`);

/** Longer lines are no headers; a command has 15 characters, and the patterns try every place where it could end. */
const maxHeaderLength = 1000;

export function parsePerfHeader(line: string): PerfHeader | null {
  if (line.length > maxHeaderLength) return null;
  const full = whole.exec(line);
  if (full !== null) {
    const [, comm, seconds, period, event = '', rest = ''] = full;
    return header({ comm, seconds, period, event, rest });
  }
  const untimed = withoutTime.exec(line);
  if (untimed !== null) {
    const [, comm, period, event = '', rest = ''] = untimed;
    return header({ comm, period, event, rest });
  }
  const unnamed = withoutEvent.exec(line);
  if (unnamed !== null) {
    const [, comm, seconds, period] = unnamed;
    return header({ comm, seconds, period });
  }
  const least = bare.exec(line);
  return least?.[1] === undefined ? null : { ...header({ comm: least[1] }), isBare: true };
}

interface HeaderFields {
  comm?: string | undefined;
  seconds?: string | undefined;
  period?: string | undefined;
  event?: string;
  rest?: string;
}

function header({ comm = '', seconds, period, event, rest = '' }: HeaderFields): PerfHeader {
  const frame = rest.trim() === '' ? '' : ` ${rest.trim()}`;
  return {
    comm,
    event: event ?? null,
    seconds: seconds === undefined ? null : Number(seconds),
    period: period === undefined ? null : Number(period),
    inlineFrame: frame !== '' && isPerfFrame(frame) ? frame : null,
    isBare: false,
  };
}

/** Where the parts of a frame line are: `[address] symbol[+0xoffset] [(dso)]`. The dso is given with its brackets; empty = there is none. */
export interface FrameSpan {
  symbolStart: number;
  symbolEnd: number;
  dsoStart: number;
  dsoEnd: number;
  /** Indented by a tab, or with a long address: no header of a sample looks like that. */
  isSure: boolean;
}

const blank = 32;
const tab = 9;
const open = 40;
const close = 41;

/** An address of this many digits is no command name. */
const surelyAddress = 8;

/**
 * Finds the parts of an indented frame line; false = it is none. There are millions of these lines, so no regular expression and no string
 * looks at them. Without a dso only a line that begins with a tab, as perf writes it, or with a long address is taken for a frame.
 */
export function findFrame(bytes: Uint8Array, start: number, lineEnd: number, into: FrameSpan): boolean {
  let end = lineEnd;
  while (end > start && isBlank(bytes[end - 1])) end--;
  let at = start;
  while (at < end && isBlank(bytes[at])) at++;
  if (at === start || at === end) return false;
  const address = at;
  while (at < end && isHexadecimal(bytes[at])) at++;
  const digits = at - address;
  const hasAddress = digits > 0 && isBlank(bytes[at]);
  if (hasAddress) while (at < end && isBlank(bytes[at])) at++;
  else at = address;
  if (at === end) return false;
  const isClosed = bytes[end - 1] === close;
  if (!isClosed && !(hasAddress && (bytes[start] === tab || digits >= surelyAddress))) return false;
  const bracket = isClosed ? openingOfDso(bytes, at, end) : end;
  if (bracket === -1 && !hasAddress) return false;
  const symbolEnd = bracket === -1 ? end : bracket;
  into.symbolStart = at;
  into.symbolEnd = withoutOffset(bytes, at, symbolEnd);
  into.dsoStart = bracket === -1 ? end : bracket;
  into.dsoEnd = end;
  into.isSure = bytes[start] === tab || (hasAddress && digits >= surelyAddress);
  return true;
}

/** Is this line, as text, a frame? */
export function isPerfFrame(line: string): boolean {
  const bytes = new TextEncoder().encode(line);
  return findFrame(bytes, 0, bytes.length, { symbolStart: 0, symbolEnd: 0, dsoStart: 0, dsoEnd: 0, isSure: false });
}

/** The bracket that the last one closes, when a blank or nothing stands before it; files have brackets of their own: `(/opt/My App (beta)/app)`. */
function openingOfDso(bytes: Uint8Array, start: number, end: number): number {
  let depth = 0;
  for (let at = end - 1; at >= start; at--) {
    const byte = bytes[at];
    if (byte === close) depth++;
    else if (byte === open && --depth === 0) return at > start && isBlank(bytes[at - 1]) ? at : -1;
  }
  return -1;
}

/** `symbol+0x1f ` without blanks and without the offset. */
function withoutOffset(bytes: Uint8Array, start: number, from: number): number {
  let end = from;
  while (end > start && isBlank(bytes[end - 1])) end--;
  let at = end - 1;
  while (at > start && isHexadecimal(bytes[at])) at--;
  return at - 2 > start && at < end - 1 && bytes[at] === 120 && bytes[at - 1] === 48 && bytes[at - 2] === 43 ? at - 2 : end;
}

function isBlank(byte: number | undefined): boolean {
  return byte === blank || byte === tab;
}

function isHexadecimal(byte = 0): boolean {
  return (byte >= 48 && byte <= 57) || (byte >= 97 && byte <= 102);
}
