import { mutateJson, mutateLines } from './grammar.js';
import { repeatPiece } from './repeat.js';

/** Pseudo-random numbers (mulberry32), so that a seed names an input. */
export function numbers(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Bytes that mean something in one of the formats. */
const telling = Array.from('{}[]",:;()<>/\\ \t\n\r-+.eE0179\u0000%#&=').map((character) => character.charCodeAt(0));
const numbersInText = [
  '-1',
  '0',
  '1',
  '2',
  '7',
  '10',
  '1000',
  '1e308',
  '9007199254740993',
  '18446744073709551615',
  'null',
  '""',
  '[]',
  '{}',
  'NaN',
  '0x7fffffff',
];

type Mutation = (bytes: Uint8Array, random: () => number) => Uint8Array;

const at = (bytes: Uint8Array, random: () => number): number => Math.floor(random() * bytes.length);

function spliced(bytes: Uint8Array, from: number, to: number, piece: Uint8Array): Uint8Array {
  const made = new Uint8Array(bytes.length - (to - from) + piece.length);
  made.set(bytes.subarray(0, from));
  made.set(piece, from);
  made.set(bytes.subarray(to), from + piece.length);
  return made;
}

const mutations: readonly Mutation[] = [
  // Some bytes are other bytes.
  (bytes, random) => {
    const made = bytes.slice();
    for (let count = 1 + Math.floor(random() * 8); count > 0 && made.length > 0; count--)
      made[at(made, random)] = Math.floor(random() * 256);
    return made;
  },
  // A byte that means something.
  (bytes, random) => {
    const made = bytes.slice();
    if (made.length > 0) made[at(made, random)] = telling[Math.floor(random() * telling.length)] ?? 0;
    return made;
  },
  // The end is missing, or the beginning.
  (bytes, random) => bytes.slice(0, at(bytes, random)),
  (bytes, random) => bytes.slice(at(bytes, random)),
  // A piece is missing, there twice, or many times.
  (bytes, random) => {
    const from = at(bytes, random);
    return spliced(bytes, from, Math.min(bytes.length, from + Math.floor(random() * 200)), new Uint8Array());
  },
  (bytes, random) => {
    const from = at(bytes, random);
    const piece = bytes.slice(from, from + 1 + Math.floor(random() * 400));
    const times = random() < 0.1 ? Math.min(200, Math.floor(200_000 / Math.max(1, piece.length))) : 1;
    let made = bytes;
    for (let count = 0; count < times; count++) made = spliced(made, from, from, piece);
    return made;
  },
  // A letter is another letter.
  (bytes, random) => {
    const from = at(bytes, random);
    let index = from;
    while (index < bytes.length && !isLetter(bytes[index])) index++;
    return index === bytes.length ? bytes : spliced(bytes, index, index + 1, new Uint8Array([97 + Math.floor(random() * 26)]));
  },
  // A number is another number.
  (bytes, random) => {
    const from = at(bytes, random);
    let start = from;
    while (start < bytes.length && !isDigit(bytes[start])) start++;
    let end = start;
    while (end < bytes.length && isDigit(bytes[end])) end++;
    const other = numbersInText[Math.floor(random() * numbersInText.length)] ?? '0';
    return spliced(bytes, start, end, new TextEncoder().encode(other));
  },
];

function isLetter(byte = 0): boolean {
  return byte >= 97 && byte <= 122;
}

function isDigit(byte = 0): boolean {
  return byte >= 48 && byte <= 57;
}

/** Light ones come last and are chosen more often: what is only just damaged gets furthest. */
const light = 2;

/** Large files are slow: one in fifty leaves the others their time, and still comes many times in ten seconds. */
const repeatedShare = 0.02;

/** One to four damages of a good file, mostly one. Every other file keeps its grammar, where it has one that is known here. */
export function mutate(bytes: Uint8Array, random: () => number): Uint8Array {
  if (random() < repeatedShare) return repeatPiece(bytes, random);
  const kept = random() < 0.5 ? (mutateJson(bytes, random) ?? mutateLines(bytes, random)) : null;
  if (kept !== null) return kept;
  // A copy that is no Buffer: a slice of one shares its memory, and the good file would be damaged for good.
  let made: Uint8Array = new Uint8Array(bytes);
  for (let count = random() < 0.7 ? 1 : 1 + Math.floor(random() * 4); count > 0; count--) {
    const from = random() < 0.5 ? mutations.length - light : 0;
    made = mutations[from + Math.floor(random() * (mutations.length - from))]?.(made, random) ?? made;
  }
  return made;
}
