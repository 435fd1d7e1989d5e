import { added, copyPiece, isSamePiece, lineEnds, withRoom, wordsOf, zeroBytes } from '../input/text-words.js';

/** The callers of a leaf, in the lines from the second of a sample to the empty one behind it. */
export interface Callers {
  /** Their frames, the innermost first. */
  ids: Int32Array;
  /** The node of the outermost one's process, and the node to which they lead under it; -1 = not placed yet. */
  root: number;
  node: number;
}

/**
 * Callers are the same bytes whenever the same way led to a leaf, so they are looked up together: what begins alike is compared to its end, byte by byte,
 * and the empty line that ends it is part of it. Bounded; when there is no room any more, all are forgotten.
 */
export interface KnownCallers {
  /** Callers that begin at `start`; null = not met before. */
  find(words: DataView, start: number): Callers | null;
  /** Where the next line after those that `find` found begins. */
  end(): number;
  /** Remembers those for which `find` was last asked, if their text still stands in `words`; `end` is behind the empty line. */
  remember(words: DataView, end: number, ids: Int32Array): void;
}

interface Entry extends Callers {
  lengthBytes: number;
  place: number;
  next: Entry | null;
}

/** Two lines: what calls a function and what calls that tells most ways apart. */
const prefixBytes = 128;
/** So many that begin alike are compared. */
const maxAlike = 8;
const slotCount = 1 << 14;
/** 32 MB of text. */
const maxWords = 1 << 23;

export function createKnownCallers(): KnownCallers {
  let slots: (Entry | null)[] = new Array<Entry | null>(slotCount).fill(null);
  let pool = new Int32Array(1 << 12);
  let used = 0;
  const asked: { words: DataView | null; start: number; slot: number; end: number } = { words: null, start: 0, slot: -1, end: 0 };

  return {
    find(words, start) {
      asked.words = words;
      asked.start = start;
      const slot = slotOf(words, start);
      asked.slot = slot;
      if (slot === -1) return null;
      for (let entry = slots[slot] ?? null; entry !== null; entry = entry.next) {
        const end = start + entry.lengthBytes;
        if (end > words.byteLength || !isSamePiece(words, start, end, pool, entry.place)) continue;
        asked.end = end;
        return entry;
      }
      return null;
    },
    end: () => asked.end,
    remember(words, end, ids) {
      const { start, slot } = asked;
      if (asked.words !== words || slot === -1) return;
      const length = wordsOf(start, end);
      if (used + length > maxWords) {
        slots = new Array<Entry | null>(slotCount).fill(null);
        used = 0;
      }
      pool = withRoom(pool, used + length);
      copyPiece(words, start, end, pool, used);
      slots[slot] = { ids, root: -1, node: -1, lengthBytes: end - start, place: used, next: shortened(slots[slot] ?? null) };
      used += length;
    },
  };
}

/** Cuts what was remembered longest ago off a list that is to grow by one. */
function shortened(first: Entry | null): Entry | null {
  let entry = first;
  for (let count = 2; entry !== null && count < maxAlike; count++) entry = entry.next;
  if (entry !== null) entry.next = null;
  return first;
}

/** By the first bytes, or fewer where an empty line ends them; -1 = the text ends before. */
function slotOf(words: DataView, start: number): number {
  const limit = start + prefixBytes;
  if (limit + 4 > words.byteLength) return -1;
  let hash = 0;
  for (let at = start; at < limit; at += 4) {
    const word = words.getInt32(at, true);
    if (zeroBytes((word ^ lineEnds) | (words.getInt32(at + 1, true) ^ lineEnds)) !== 0) break;
    hash = added(hash, word);
  }
  return (hash ^ (hash >>> 15)) & (slotCount - 1);
}
