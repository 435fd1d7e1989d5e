import { added, bytesBefore, copyPiece, firstBytes, isSamePiece, lineEnds, withRoom, wordsOf, zeroBytes } from './text-words.js';

/**
 * Values of lines that were read before, found while their end is looked for. Most lines of a perf text were seen already. A hash finds the line, and
 * every byte of it is compared: two lines are never taken for one. Bounded; when there is no room any more, all are forgotten.
 */
export interface LineCache {
  /** Looks up the line that begins at `start`; -1 = unknown, or its end is not in `words`. */
  get(words: DataView, start: number): number;
  /** Index of the line end that `get` found last; -1 = none. */
  end(): number;
  /** Remembers a value, which is not negative, for the line that `get` was last asked for, while its text stands unchanged. */
  set(value: number): void;
}

/** A slot: hash, where in the pool the line begins, its length plus one (0 = free), the value; side by side, for one look into memory. */
const slotSize = 4;
const slotCount = 1 << 16;
/** 16 MB of text. */
const maxWords = 1 << 22;
/** Longer ones are not worth their place. */
const longestLine = 1 << 12;

interface Asked {
  words: DataView;
  start: number;
  end: number;
  hash: number;
}

export function createLineCache(): LineCache {
  const table = new Int32Array(slotCount * slotSize);
  let pool = new Int32Array(1 << 12);
  let used = 0;
  const asked: Asked = { words: new DataView(new ArrayBuffer(0)), start: 0, end: -1, hash: 0 };

  const slotOf = (hash: number): number => ((hash ^ (hash >>> 15)) & (slotCount - 1)) * slotSize;

  return {
    get(words, start) {
      asked.words = words;
      asked.start = start;
      const end = (asked.end = findLine(words, start, asked));
      if (end === -1) return -1;
      const slot = slotOf(asked.hash);
      const isLike = table[slot] === asked.hash && table[slot + 2] === end - start + 1;
      return isLike && isSamePiece(words, start, end, pool, table[slot + 1] ?? 0) ? (table[slot + 3] ?? -1) : -1;
    },
    end: () => asked.end,
    set(value) {
      const { words, start, end, hash } = asked;
      if (end === -1) return;
      const length = wordsOf(start, end);
      if (used + length > maxWords) {
        table.fill(0);
        used = 0;
      }
      pool = withRoom(pool, used + length);
      copyPiece(words, start, end, pool, used);
      const slot = slotOf(hash);
      table[slot] = hash;
      table[slot + 1] = used;
      table[slot + 2] = end - start + 1;
      table[slot + 3] = value;
      used += length;
    },
  };
}

/** Where the line ends that begins at `start`, -1 = not in this text; its hash goes into `asked`. */
function findLine(words: DataView, start: number, asked: Asked): number {
  const limit = Math.min(words.byteLength, start + longestLine) - 4;
  let hash = 0;
  for (let at = start; at <= limit; at += 4) {
    const word = words.getInt32(at, true);
    const marks = zeroBytes(word ^ lineEnds);
    if (marks !== 0) return finished(at, word, marks, hash, asked);
    hash = added(hash, word);
  }
  return -1;
}

function finished(at: number, word: number, marks: number, hash: number, asked: Asked): number {
  const count = bytesBefore(marks);
  asked.hash = added(hash, firstBytes(word, count));
  return at + count;
}
