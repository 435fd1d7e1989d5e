/**
 * Numbers for names, found by their bytes: a file of a gigabyte holds millions of frames and a few thousand names, and a name that is known needs no
 * string. A name may be in two pieces (symbol and file, without the offset between them).
 */
export interface ByteNames {
  /** What `set` gave this name; -1 = not known yet. */
  get(bytes: Uint8Array, start: number, end: number, secondStart?: number, secondEnd?: number): number;
  /** For the name that `get` was last asked for. */
  set(bytes: Uint8Array, value: number): void;
}

export function createByteNames(): ByteNames {
  /** All names one after the other. */
  let pool = new Uint8Array(1 << 14);
  let used = 0;
  let count = 0;
  let starts = new Int32Array(1024);
  let lengths = new Int32Array(1024);
  let hashes = new Int32Array(1024);
  let values = new Int32Array(1024);
  /** Open addressing; a slot holds a name's place plus one, 0 = free. */
  let slots = new Int32Array(4096);
  const asked = { start: 0, end: 0, secondStart: 0, secondEnd: 0, hash: 0 };

  const isSame = (bytes: Uint8Array, name: number): boolean => {
    const { start, end, secondStart, secondEnd } = asked;
    if (lengths[name] !== end - start + (secondEnd - secondStart)) return false;
    let at = starts[name] ?? 0;
    for (let index = start; index < end; index++, at++) if (pool[at] !== bytes[index]) return false;
    for (let index = secondStart; index < secondEnd; index++, at++) if (pool[at] !== bytes[index]) return false;
    return true;
  };

  const grow = (): void => {
    if (count === starts.length) {
      [starts, lengths, hashes, values] = [doubled(starts), doubled(lengths), doubled(hashes), doubled(values)];
    }
    if (count * 2 < slots.length) return;
    const wider = new Int32Array(slots.length * 2);
    for (let name = 0; name < count; name++) {
      let slot = (hashes[name] ?? 0) & (wider.length - 1);
      while (wider[slot] !== 0) slot = (slot + 1) & (wider.length - 1);
      wider[slot] = name + 1;
    }
    slots = wider;
  };

  const append = (piece: Uint8Array): void => {
    if (used + piece.length > pool.length) {
      const larger = new Uint8Array(Math.max(pool.length * 2, used + piece.length));
      larger.set(pool.subarray(0, used));
      pool = larger;
    }
    pool.set(piece, used);
    used += piece.length;
  };

  return {
    get(bytes, start, end, secondStart = 0, secondEnd = 0) {
      asked.start = start;
      asked.end = end;
      asked.secondStart = secondStart;
      asked.secondEnd = secondEnd;
      const hash = mixed(hashOf(bytes, secondStart, secondEnd, hashOf(bytes, start, end, end - start)));
      asked.hash = hash;
      const mask = slots.length - 1;
      for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
        const place = slots[slot] ?? 0;
        if (place === 0) return -1;
        if (hashes[place - 1] === hash && isSame(bytes, place - 1)) return values[place - 1] ?? -1;
      }
    },
    set(bytes, value) {
      grow();
      const mask = slots.length - 1;
      let slot = asked.hash & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = count + 1;
      starts[count] = used;
      lengths[count] = asked.end - asked.start + (asked.secondEnd - asked.secondStart);
      hashes[count] = asked.hash;
      values[count] = value;
      count++;
      append(bytes.subarray(asked.start, asked.end));
      append(bytes.subarray(asked.secondStart, asked.secondEnd));
    },
  };
}

/** Four bytes a step: frames are tens of bytes, and there are millions of them. */
function hashOf(bytes: Uint8Array, start: number, end: number, seed: number): number {
  let hash = seed | 0;
  let at = start;
  for (const stop = end - 3; at < stop; at += 4) {
    const word = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
    hash = Math.imul(hash ^ word, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  for (; at < end; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x85ebca6b);
  return hash;
}

function mixed(hash: number): number {
  const once = Math.imul(hash ^ (hash >>> 16), 0x2c1b3c6d);
  return once ^ (once >>> 13);
}

function doubled(column: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(column.length * 2);
  larger.set(column);
  return larger;
}
