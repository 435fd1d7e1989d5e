import { detached } from '../../profile-builder.js';
import { createByteNames, type ByteNames } from '../input/byte-names.js';
import type { TextBlock } from '../input/text-words.js';
import { parsePerfHeader, type PerfHeader } from './perf-lines.js';

/** Reads the headers of samples; null = the line is none. */
export type ReadPerfHeader = (line: TextBlock, start: number, end: number) => PerfHeader | null;

const decoder = new TextDecoder();
const blank = 32;
const dot = 46;
const colon = 58;
/** What stands before and behind the numbers of a header repeats itself; a file in which it does not is read by the patterns. */
const maxRememberedBytes = 1 << 20;

/**
 * Headers differ in time and period, and there is one for each sample: what stands before the time (`server 12/13 [001] `) and behind the period
 * (`cycles:u: `) is understood once, by the patterns of `parsePerfHeader`. To them one digit is as good as another, and no part of them reaches across a
 * time, so the halves of two headers that they understood make a third that they would understand as the same.
 */
export function createPerfHeaderReader(): ReadPerfHeader {
  const befores = createByteNames();
  const behinds = createByteNames();
  const comms: string[] = [];
  const events: string[] = [];
  const numbers: HeaderNumbers = { start: 0, end: 0, seconds: 0, period: null };
  return ({ bytes, words }, start, end) => {
    if (!findNumbers(bytes, start, end, numbers)) return parsePerfHeader(decoder.decode(bytes.subarray(start, end)));
    const { seconds, period } = numbers;
    const comm = comms[befores.get(words, start, numbers.start)];
    const event = events[behinds.get(words, numbers.end, end)];
    if (comm !== undefined && event !== undefined) return { comm, event, seconds, period, inlineFrame: null, isBare: false };
    const header = parsePerfHeader(decoder.decode(bytes.subarray(start, end)));
    if (header === null || header.event === null || header.inlineFrame !== null) return header;
    if (header.seconds !== seconds || header.period !== period) return header;
    if (comm === undefined) remember(header.comm, befores, comms);
    if (event === undefined) remember(header.event, behinds, events);
    return header;
  };
}

function remember(text: string, names: ByteNames, texts: string[]): void {
  if (names.keptBytes() > maxRememberedBytes) {
    names.forget();
    texts.length = 0;
  }
  const known = texts.indexOf(text);
  names.set(known === -1 ? texts.push(detached(text)) - 1 : known);
}

interface HeaderNumbers {
  /** From the first digit of the time to what follows the period and its blank. */
  start: number;
  end: number;
  seconds: number;
  period: number | null;
}

/** Finds the first `12.345678: ` and the whole number behind it, if there is one. */
function findNumbers(line: Uint8Array, start: number, end: number, into: HeaderNumbers): boolean {
  for (let at = start; at < end; at++) {
    if (line[at] !== colon || line[at + 1] !== blank || !readTime(line, start, at, into)) continue;
    let next = at + 1;
    while (next < end && line[next] === blank) next++;
    into.end = next;
    into.period = null;
    let period = 0;
    let last = next;
    for (; last < end && isDigit(line[last]); last++) period = period * 10 + (line[last] ?? 0) - 48;
    if (last === next || line[last] !== blank) return last === next;
    while (last < end && line[last] === blank) last++;
    into.end = last;
    into.period = period;
    return period <= Number.MAX_SAFE_INTEGER;
  }
  return false;
}

/** The time that ends before `end`, when a blank stands before it. Fifteen digits and a power of ten are exact, and so is their quotient's rounding. */
function readTime(line: Uint8Array, start: number, end: number, into: HeaderNumbers): boolean {
  let digits = 0;
  let scale = 1;
  let unit = 1;
  let at = end - 1;
  for (; at > start && (isDigit(line[at]) || line[at] === dot); at--) {
    if (line[at] === dot) {
      if (scale !== 1) return false;
      scale = unit;
      continue;
    }
    digits += ((line[at] ?? 0) - 48) * unit;
    unit *= 10;
  }
  if (line[at] !== blank || scale === 1 || unit > 1e15 || !isDigit(line[at + 1])) return false;
  into.start = at + 1;
  into.seconds = digits / scale;
  return true;
}

function isDigit(byte = 0): boolean {
  return byte >= 48 && byte <= 57;
}
