import { UnreadableInputError } from '../../../model/errors.js';
import { textEncodingOf } from './text-lines.js';
import { findLineEnd, textBlock, type TextBlock } from './text-words.js';

/** A longer "line" is a binary file or minified JSON, not a line format. */
const maxLineBytes = 4_000_000;

/** Whole lines with their line ends, from `start` to `end` (only the last line of a text may lack one); valid only until the call returns. */
export type OnLines = (block: TextBlock, start: number, end: number) => void;

/** A line without its line end (LF or CRLF), from `start` to `end`; valid only until the call returns. */
export type OnByteLine = (block: TextBlock, start: number, end: number) => void;

/**
 * Calls `onLines` for all lines of a byte stream, as UTF-8, many at once. Nothing is decoded, so a reader that knows most of its lines already pays only
 * for looking at them. UTF-16, by byte order mark or zero bytes, is turned into UTF-8 first. Memory is one chunk and one line; `giveBack` gets each chunk
 * when its lines are read.
 */
export async function forEachLines(
  source: AsyncIterable<Uint8Array>,
  onLines: OnLines,
  giveBack?: (chunk: Uint8Array) => void,
): Promise<void> {
  let rest: Uint8Array = new Uint8Array(0);
  for await (const chunk of utf8Chunks(source)) {
    const last = chunk.lastIndexOf(10);
    if (last === -1) rest = joined(rest, chunk);
    else {
      const block = textBlock(chunk);
      let start = 0;
      if (rest.length > 0) {
        start = findLineEnd(block.words, 0, chunk.length) + 1;
        const line = joined(rest, chunk.subarray(0, start));
        onLines(textBlock(line), 0, line.length);
      }
      if (start <= last) onLines(block, start, last + 1);
      rest = chunk.slice(last + 1);
      giveBack?.(chunk);
    }
    if (rest.length > maxLineBytes) {
      throw new UnreadableInputError(`profile: expected lines of text, got more than ${maxLineBytes} bytes without a line end.`);
    }
  }
  if (rest.length > 0) onLines(textBlock(rest), 0, rest.length);
}

/** The same line by line. */
export async function forEachByteLine(
  source: AsyncIterable<Uint8Array>,
  onLine: OnByteLine,
  giveBack?: (chunk: Uint8Array) => void,
): Promise<void> {
  const onLines: OnLines = (block, start, end) => {
    for (let at = start; at < end;) {
      const stop = findLineEnd(block.words, at, end);
      onLine(block, at, withoutReturn(block.bytes, at, stop));
      at = stop + 1;
    }
  };
  await forEachLines(source, onLines, giveBack);
}

/** The end of a line without the first half of a CRLF. */
export function withoutReturn(bytes: Uint8Array, start: number, end: number): number {
  return end > start && bytes[end - 1] === 13 ? end - 1 : end;
}

/** The chunks of a text as UTF-8 without a byte order mark, whatever encoding its first bytes tell. */
export async function* utf8Chunks(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let recode: ((chunk: Uint8Array | null) => Uint8Array) | null = null;
  for await (const raw of source) {
    recode ??= recoder(raw);
    yield plain(recode(raw));
  }
  if (recode !== null) yield recode(null);
}

/** Never a subclass such as Node's Buffer: the engine compiles the readers' loops for one kind of array, and again when it meets a second. */
function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
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
