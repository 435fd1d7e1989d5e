import { copyPiece, hashPiece, isSamePiece, withRoom, wordsOf } from './text-words.js';

/**
 * Numbers for names, found by their bytes: a file of a gigabyte holds millions of frames and a few thousand names, and a name that is known needs no
 * string. A name may be in two pieces (symbol and file, without the offset between them).
 */
export interface ByteNames {
  /** What `set` gave this name; -1 = not known yet. */
  get(words: DataView, start: number, end: number, secondStart?: number, secondEnd?: number): number;
  /** For the name that `get` was last asked for, while its text stands unchanged. */
  set(value: number): void;
  /** How many bytes of names are kept, for those who need not keep them all. */
  keptBytes(): number;
  forget(): void;
}

const nothing: DataView = new DataView(new ArrayBuffer(0));

export function createByteNames(): ByteNames {
  /** All names one after the other. */
  let pool = new Int32Array(1 << 12);
  let used = 0;
  let count = 0;
  /** Four numbers a name: hash, place in the pool, length of both pieces, value. */
  let names = new Int32Array(4096);
  let firstLengths = new Int32Array(1024);
  /** Open addressing; a slot holds a name's place plus one, 0 = free. */
  let slots = new Int32Array(4096);
  const asked = { words: nothing, start: 0, end: 0, secondStart: 0, secondEnd: 0, hash: 0 };

  const isSame = (name: number): boolean => {
    const { words, start, end, secondStart, secondEnd } = asked;
    if (firstLengths[name] !== end - start || names[name * 4 + 2] !== end - start + (secondEnd - secondStart)) return false;
    const place = names[name * 4 + 1] ?? 0;
    if (!isSamePiece(words, start, end, pool, place)) return false;
    return secondStart === secondEnd || isSamePiece(words, secondStart, secondEnd, pool, place + wordsOf(start, end));
  };

  const grow = (): void => {
    names = withRoom(names, (count + 1) * 4);
    firstLengths = withRoom(firstLengths, count + 1);
    if (count * 2 < slots.length) return;
    const wider = new Int32Array(slots.length * 2);
    for (let name = 0; name < count; name++) {
      let slot = (names[name * 4] ?? 0) & (wider.length - 1);
      while (wider[slot] !== 0) slot = (slot + 1) & (wider.length - 1);
      wider[slot] = name + 1;
    }
    slots = wider;
  };

  const append = (start: number, end: number): void => {
    const length = wordsOf(start, end);
    pool = withRoom(pool, used + length);
    copyPiece(asked.words, start, end, pool, used);
    used += length;
  };

  return {
    get(words, start, end, secondStart = 0, secondEnd = 0) {
      asked.words = words;
      asked.start = start;
      asked.end = end;
      asked.secondStart = secondStart;
      asked.secondEnd = secondEnd;
      const first = hashPiece(words, start, end, end - start);
      const hash = mixed(secondStart === secondEnd ? first : hashPiece(words, secondStart, secondEnd, first));
      asked.hash = hash;
      const mask = slots.length - 1;
      for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
        const name = (slots[slot] ?? 0) - 1;
        if (name === -1) return -1;
        if (names[name * 4] === hash && isSame(name)) return names[name * 4 + 3] ?? -1;
      }
    },
    set(value) {
      grow();
      const { start, end, secondStart, secondEnd, hash } = asked;
      const mask = slots.length - 1;
      let slot = hash & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = count + 1;
      names.set([hash, used, end - start + (secondEnd - secondStart), value], count * 4);
      firstLengths[count] = end - start;
      count++;
      append(start, end);
      append(secondStart, secondEnd);
    },
    keptBytes: () => used * 4,
    forget() {
      slots.fill(0);
      used = count = 0;
    },
  };
}

function mixed(hash: number): number {
  const once = Math.imul(hash ^ (hash >>> 16), 0x2c1b3c6d);
  return once ^ (once >>> 13);
}
