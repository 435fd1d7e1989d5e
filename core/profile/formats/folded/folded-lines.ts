/** The parts of a line of folded text: the stack ends before `end`, its weight follows. */
export interface StackSpan {
  end: number;
  weight: number;
  /** What stands before the weight ends in a number, too, as in a differential file. */
  isDouble: boolean;
}

const blank = 32;
const tab = 9;
const semicolon = 59;
const opening = 40;
const closing = 41;

/** Splits `root;caller;leaf 12` at its last blank; false when no weight follows it. */
export function findStack(bytes: Uint8Array, start: number, lineEnd: number, into: StackSpan): boolean {
  let end = lineEnd;
  while (end > start && isBlank(bytes[end - 1])) end--;
  let split = end - 1;
  while (split >= start && !isBlank(bytes[split])) split--;
  if (split < start) return false;
  const weight = numberAt(bytes, split + 1, end);
  if (!(weight >= 0)) return false;
  into.weight = weight;
  into.isDouble = endsInNumber(bytes, start, split);
  into.end = split;
  return true;
}

/** NaN when it is no number. Nearly all are plain digits. */
function numberAt(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = (bytes[at] ?? 0) - 48;
    if (digit < 0 || digit > 9 || at - start > 14) return fractionAt(bytes, start, end);
    value = value * 10 + digit;
  }
  return end > start ? value : NaN;
}

function fractionAt(bytes: Uint8Array, start: number, end: number): number {
  const text = String.fromCharCode(...bytes.subarray(start, Math.min(end, start + 64)));
  const value = /^(?:\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?$|^\d+\.$/i.test(text) ? Number(text) : NaN;
  return Number.isFinite(value) ? value : NaN;
}

function endsInNumber(bytes: Uint8Array, start: number, split: number): boolean {
  let at = split - 1;
  while (at >= start && isDigit(bytes[at])) at--;
  return at < split - 1 && at >= start && isBlank(bytes[at]);
}

/**
 * Calls `onFrame` for every part between semicolons. False, when a semicolon may belong to a name (descriptors of Java): the caller starts again with
 * the careful way.
 */
export function splitSimply(bytes: Uint8Array, start: number, end: number, onFrame: (start: number, end: number) => void): boolean {
  let from = start;
  let lastOpening = -1;
  let lastClosing = -1;
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte === opening) lastOpening = at;
    else if (byte === closing) lastClosing = at;
    else if (byte === semicolon) {
      if (mayBelongToName(bytes, from, at, lastOpening, lastClosing)) return false;
      onFrame(from, at);
      from = at + 1;
      lastOpening = lastClosing = -1;
    }
  }
  onFrame(from, end);
  return true;
}

function mayBelongToName(bytes: Uint8Array, from: number, at: number, lastOpening: number, lastClosing: number): boolean {
  if (isEntityEnd(bytes, at) || lastOpening > lastClosing) return true;
  const afterTypes = bytes[lastClosing + 1];
  if (lastClosing >= from && (afterTypes === 76 || afterTypes === 91)) return true;
  const next = bytes[at + 1];
  return bytes[from] === 76 && (next === 46 || next === 58);
}

function isBlank(byte: number | undefined): boolean {
  return byte === blank || byte === tab;
}

function isDigit(byte = 0): boolean {
  return byte >= 48 && byte <= 57;
}

/** `&lt;`, `&gt;`, `&amp;`, `&quot;`, `&#39;`: text that was copied out of a page's source. No name ends so. */
function isEntityEnd(bytes: Uint8Array, at: number): boolean {
  const last = bytes[at - 1];
  // t of lt, gt and quot, p of amp, a digit
  if (last !== 116 && last !== 112 && !isDigit(last)) return false;
  return /&(?:lt|gt|amp|quot|#\d{2,5})$/.test(String.fromCharCode(...bytes.subarray(Math.max(0, at - 7), at)));
}
