import type { Detection, ProfileHead } from '../format.js';

/** Wire types that the fields of `Profile` may have: 2 = bytes, 0 = number; 13 (comment) may be packed. */
const wireTypes: Readonly<Record<number, readonly number[]>> = {
  1: [2],
  2: [2],
  3: [2],
  4: [2],
  5: [2],
  6: [2],
  7: [0],
  8: [0],
  9: [0],
  10: [0],
  11: [2],
  12: [0],
  13: [0, 2],
  14: [0],
  15: [0],
};

/** A raw protobuf has no magic: its top-level fields are walked as far as the head goes, and each must be one that a profile has. */
export function detectPprof(head: ProfileHead): Detection {
  const { bytes } = head;
  if (isPlainText(bytes.subarray(0, 512))) return 'no';
  let at = 0;
  let fields = 0;
  while (at < bytes.length && fields < 64) {
    const tag = readVarint(bytes, at);
    if (tag === null) break;
    const wireType = tag.value % 8;
    const field = Math.floor(tag.value / 8);
    if (wireTypes[field]?.includes(wireType) !== true) return 'no';
    const value = readVarint(bytes, tag.next);
    if (value === null) break;
    at = value.next + (wireType === 2 ? value.value : 0);
    fields++;
  }
  if (at > bytes.length && head.isComplete) return 'no';
  return fields >= 2 ? 'yes' : head.isComplete ? 'no' : 'maybe';
}

function readVarint(bytes: Uint8Array, from: number): { value: number; next: number } | null {
  let value = 0;
  for (let index = 0; index < 10; index++) {
    const byte = bytes[from + index];
    if (byte === undefined) return null;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, next: from + index + 1 };
  }
  return null;
}

/** Lengths and numbers of a real message hold bytes that no text file has. */
function isPlainText(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte >= 32 || byte === 9 || byte === 10 || byte === 13);
}
