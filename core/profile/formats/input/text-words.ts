/**
 * Pieces of text, looked at four bytes a step: there are millions of them in a large profile, and no string is made of one that is known already.
 * A pool keeps pieces as words; the last word of a piece is filled up with zeros.
 */

/** The pieces' text, and the same bytes as words. */
export interface TextBlock {
  bytes: Uint8Array;
  words: DataView;
}

export function textBlock(bytes: Uint8Array): TextBlock {
  return { bytes, words: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
}

const ones = 0x01010101;
const highs = 0x80808080 | 0;

/** Four times the byte that `zeroBytes` is to find. */
export const lineEnds = 0x0a0a0a0a;

/** Has the high bit of the lowest byte that is zero (and perhaps of some above it). */
export function zeroBytes(word: number): number {
  return (word - ones) & ~word & highs;
}

/** How many bytes stand before the lowest one that `zeroBytes` marked. */
export function bytesBefore(marks: number): number {
  return (31 - Math.clz32(marks & -marks)) >> 3;
}

/** Index of the first line end from `start` on, or `end`. */
export function findLineEnd(words: DataView, start: number, end: number): number {
  let at = start;
  for (const last = end - 4; at <= last; at += 4) {
    const marks = zeroBytes(words.getInt32(at, true) ^ lineEnds);
    if (marks !== 0) return at + bytesBefore(marks);
  }
  while (at < end && words.getUint8(at) !== 10) at++;
  return at;
}

/** One step of a hash. */
export function added(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}

/** The first `count` bytes of a word, fewer than four. */
export function firstBytes(word: number, count: number): number {
  return word & ((1 << (count * 8)) - 1);
}

/** The up to three bytes from `at` to `end`. */
function tail(words: DataView, at: number, end: number): number {
  if (at + 4 <= words.byteLength) return firstBytes(words.getInt32(at, true), end - at);
  let word = 0;
  for (let index = at; index < end; index++) word |= words.getUint8(index) << ((index - at) * 8);
  return word;
}

export function hashPiece(words: DataView, start: number, end: number, seed: number): number {
  let hash = seed;
  let at = start;
  for (const last = end - 4; at <= last; at += 4) hash = added(hash, words.getInt32(at, true));
  return at === end ? hash : added(hash, tail(words, at, end));
}

/** How many words of a pool a piece takes. */
export function wordsOf(start: number, end: number): number {
  return (end - start + 3) >> 2;
}

export function isSamePiece(words: DataView, start: number, end: number, pool: Int32Array, from: number): boolean {
  let at = start;
  let word = from;
  // Sixteen bytes with one branch.
  for (const last = end - 16; at <= last; at += 16, word += 4) {
    const first = (words.getInt32(at, true) ^ (pool[word] ?? 0)) | (words.getInt32(at + 4, true) ^ (pool[word + 1] ?? 0));
    const second = (words.getInt32(at + 8, true) ^ (pool[word + 2] ?? 0)) | (words.getInt32(at + 12, true) ^ (pool[word + 3] ?? 0));
    if ((first | second) !== 0) return false;
  }
  for (const last = end - 4; at <= last; at += 4, word++) if (words.getInt32(at, true) !== pool[word]) return false;
  return at === end || tail(words, at, end) === pool[word];
}

export function copyPiece(words: DataView, start: number, end: number, pool: Int32Array, to: number): void {
  let at = start;
  let word = to;
  for (const last = end - 4; at <= last; at += 4) pool[word++] = words.getInt32(at, true);
  if (at < end) pool[word] = tail(words, at, end);
}

/** A pool with room for so many words. */
export function withRoom(pool: Int32Array<ArrayBuffer>, words: number): Int32Array<ArrayBuffer> {
  if (words <= pool.length) return pool;
  const larger = new Int32Array(Math.max(pool.length * 2, words));
  larger.set(pool);
  return larger;
}
