import { UnreadableInputError } from '../../../model/errors.js';
import { textEncodingOf } from './text-lines.js';

/** A longer "line" is a binary file or minified JSON, not a line format. */
const maxLineBytes = 4_000_000;

/** A line without its line end (LF or CRLF): `bytes[start..end)`, valid only until the call returns. */
export type OnByteLine = (bytes: Uint8Array, start: number, end: number) => void;

/** Takes a line that begins at `start` when it knows it, and returns where the next one begins; -1 = not known, `OnByteLine` gets it. */
export type TakeKnownLine = (bytes: Uint8Array, start: number) => number;

const takeNothing: TakeKnownLine = () => -1;

/**
 * Calls `onLine` for every line of a byte stream, as UTF-8. Nothing is decoded, so a reader that knows most of its lines already pays only for
 * looking at them. UTF-16, by byte order mark or zero bytes, is turned into UTF-8 first. Memory is one chunk and one line.
 */
export async function forEachByteLine(
  source: AsyncIterable<Uint8Array>,
  onLine: OnByteLine,
  takeKnown: TakeKnownLine = takeNothing,
): Promise<void> {
  let rest: Uint8Array = new Uint8Array(0);
  for await (const chunk of utf8Chunks(source)) {
    rest = emitLines(rest, chunk, onLine, takeKnown);
    if (rest.length > maxLineBytes) {
      throw new UnreadableInputError(`profile: expected lines of text, got more than ${maxLineBytes} bytes without a line end.`);
    }
  }
  if (rest.length > 0) emit(rest, 0, rest.length, onLine);
}

/** The chunks of a text as UTF-8 without a byte order mark, whatever encoding its first bytes tell. */
export async function* utf8Chunks(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let recode: ((chunk: Uint8Array | null) => Uint8Array) | null = null;
  for await (const raw of source) {
    recode ??= recoder(raw);
    yield recode(raw);
  }
  if (recode !== null) yield recode(null);
}

/** Emits all whole lines of `rest` and `chunk`, returns a copy of what is left. */
function emitLines(rest: Uint8Array, chunk: Uint8Array, onLine: OnByteLine, takeKnown: TakeKnownLine): Uint8Array {
  let start = 0;
  let end = chunk.indexOf(10);
  if (end === -1) return joined(rest, chunk);
  if (rest.length > 0) {
    const line = joined(rest, chunk.subarray(0, end));
    emit(line, 0, line.length, onLine);
    start = end + 1;
  }
  while (start < chunk.length) {
    const next = takeKnown(chunk, start);
    if (next !== -1) {
      start = next;
      continue;
    }
    end = chunk.indexOf(10, start);
    if (end === -1) break;
    emit(chunk, start, end, onLine);
    start = end + 1;
  }
  return chunk.slice(start);
}

function emit(bytes: Uint8Array, start: number, end: number, onLine: OnByteLine): void {
  onLine(bytes, start, end > start && bytes[end - 1] === 13 ? end - 1 : end);
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b.slice();
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** Chunks as UTF-8 without a byte order mark; `null` asks for what is left. */
function recoder(first: Uint8Array): (chunk: Uint8Array | null) => Uint8Array {
  const encoding = textEncodingOf(first);
  if (encoding === 'utf-8') {
    let isFirst = true;
    return (chunk) => {
      const isMarked = isFirst && chunk !== null && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf;
      isFirst = false;
      return isMarked ? chunk.subarray(3) : (chunk ?? new Uint8Array(0));
    };
  }
  const decoder = new TextDecoder(encoding);
  const encoder = new TextEncoder();
  return (chunk) => encoder.encode(chunk === null ? decoder.decode() : decoder.decode(chunk, { stream: true }));
}
