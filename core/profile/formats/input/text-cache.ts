/**
 * Values of pieces of text that were read before, found while their end is looked for: four bytes a step, no copy, no string. Most of a perf text was seen
 * already. A piece is known by its length and 64 bits of hash: among a hundred thousand pieces two are mistaken once in some billion files.
 */
export interface TextCache {
  /** Looks up the piece that begins at `start`; -1 = unknown, or its end is not in `bytes`. */
  get(bytes: Uint8Array, start: number): number;
  /** Index of the line end that `get` found last; -1 = none. */
  end(): number;
  /** What identifies the piece that `get` was last asked for. */
  key(): TextKey;
  /** Remembers a value; what had its place before is forgotten. */
  set(key: TextKey, value: number): void;
}

export interface TextKey {
  length: number;
  first: number;
  second: number;
}

const newlines = 0x0a0a0a0a;
const ones = 0x01010101;
const highs = 0x80808080 | 0;
/** A slot: both hashes, the length (0 = free), the value; side by side, for one look into memory. */
const slotSize = 4;

/** `untilBlank`: a piece is all lines before the next empty one, else one line. `slots` is a power of two. */
export function createTextCache({ untilBlank, slots }: { untilBlank: boolean; slots: number }): TextCache {
  const table = new Int32Array(slots * slotSize);
  let viewed: Uint8Array | null = null;
  let view: DataView = new DataView(new ArrayBuffer(0));
  const asked: TextKey = { length: 0, first: 0, second: 0 };
  let found = -1;

  const slotOf = (first: number): number => ((first ^ (first >>> 15)) & (slots - 1)) * slotSize;

  return {
    get(bytes, start) {
      if (viewed !== bytes) {
        viewed = bytes;
        view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      }
      // Read once: what a closure holds is looked up anew with every step of a loop.
      const text = view;
      const limit = bytes.length - 4;
      found = -1;
      let first = 0;
      let second = 0;
      for (let at = start; at < limit; at += 4) {
        const word = text.getInt32(at, true);
        const marked = word ^ newlines;
        // Sets the high bit of the lowest byte that is a line end (and perhaps of some above it).
        const end = ((marked - ones) & ~marked & highs) === 0 ? -1 : endIn(bytes, at, untilBlank);
        const piece = end === -1 ? word : end === at ? 0 : word & ((1 << ((end - at) * 8)) - 1);
        first = Math.imul(first ^ piece, 0x9e3779b1);
        first ^= first >>> 16;
        second = Math.imul(second ^ piece, 0x85ebca6b) + 0x27d4eb2f;
        second ^= second >>> 13;
        if (end !== -1) {
          found = end;
          break;
        }
      }
      if (found === -1) return -1;
      const length = found - start;
      asked.length = length;
      asked.first = first | 0;
      asked.second = second | 0;
      const slot = slotOf(first);
      return table[slot] === asked.first && table[slot + 1] === asked.second && table[slot + 2] === length ? (table[slot + 3] ?? -1) : -1;
    },
    end: () => found,
    key: () => ({ ...asked }),
    set({ length, first, second }, value) {
      const slot = slotOf(first);
      table[slot] = first;
      table[slot + 1] = second;
      table[slot + 2] = length;
      table[slot + 3] = value;
    },
  };
}

/** Where the piece ends within four bytes that hold a line end; -1 = it goes on. */
function endIn(bytes: Uint8Array, at: number, untilBlank: boolean): number {
  for (let index = at; index < at + 4; index++) if (bytes[index] === 10 && (!untilBlank || bytes[index + 1] === 10)) return index;
  return -1;
}
