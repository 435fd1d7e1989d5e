/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Values that readers stumble over. */
const awkward = ['-1', '1e999', 'NaN', 'null', '""', '{}', '[]', '"', ',', '\n', '\u0000', '99999999999999999999', '0', '%', '\ufeff', '-'];

/** One of: a byte changed, a part cut out, repeated or moved, the end cut off, or a number or word replaced by an awkward one. */
export function mutated(bytes: Uint8Array, random: () => number): Uint8Array {
  const at = Math.floor(random() * bytes.length);
  const length = 1 + Math.floor(random() * Math.min(400, bytes.length - at));
  const before = bytes.subarray(0, at);
  const part = bytes.subarray(at, at + length);
  const after = bytes.subarray(at + length);
  switch (Math.floor(random() * 6)) {
    case 0:
      return Buffer.concat([before, Buffer.from([Math.floor(random() * 256)]), bytes.subarray(at + 1)]);
    case 1:
      return Buffer.concat([before, after]);
    case 2:
      return Buffer.concat([before, part, part, after]);
    case 3:
      return Buffer.concat([after, part, before]);
    case 4:
      return before;
    default:
      return replacedWord(bytes, at, awkward[Math.floor(random() * awkward.length)] ?? '');
  }
}

function replacedWord(bytes: Uint8Array, at: number, by: string): Uint8Array {
  const text = new TextDecoder().decode(bytes);
  const word = /[\w.+-]+/.exec(text.slice(at));
  if (word === null) return bytes;
  const start = at + word.index;
  return Buffer.from(text.slice(0, start) + by + text.slice(start + word[0].length));
}
