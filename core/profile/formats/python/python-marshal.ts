// Python's marshal, as far as `cProfile` uses it: https://github.com/python/cpython/blob/main/Python/marshal.c
import type { ByteReader } from '../input/byte-reader.js';

export type MarshalValue = number | string | null | MarshalValue[] | MarshalDict;

/** Keys may be tuples, so a dict is a list of pairs. */
export interface MarshalDict {
  entries: [MarshalValue, MarshalValue][];
}

export function isDict(value: MarshalValue | undefined): value is MarshalDict {
  return typeof value === 'object' && value !== null && 'entries' in value && !Array.isArray(value);
}

/** Statistics are four levels deep. */
const maxDepth = 12;
const referenceFlag = 0x80;

/** One value at the reader's place. Anything but the types below is an UnreadableInputError; nothing is ever executed. */
export function readMarshal(reader: ByteReader): MarshalValue {
  const references: MarshalValue[] = [];
  const interned: string[] = [];
  const text = (size: number): string => reader.utf8(size);
  const sequence = (size: number, depth: number): MarshalValue[] => {
    const items: MarshalValue[] = [];
    for (let left = reader.count(size); left > 0; left--) items.push(value(depth));
    return items;
  };
  const dict = (depth: number): MarshalDict => {
    const made: MarshalDict = { entries: [] };
    for (;;) {
      const key = maybe(depth);
      if (key === undefined) return made;
      made.entries.push([key, value(depth)]);
    }
  };
  const value = (depth: number): MarshalValue => {
    const read = maybe(depth);
    if (read === undefined) throw reader.broken('a value');
    return read;
  };
  /** Undefined is the end of a dict. */
  const maybe = (depth: number): MarshalValue | undefined => {
    if (depth > maxDepth) throw reader.broken(`values of at most ${maxDepth} levels`);
    const byte = reader.u8();
    const isReferenced = byte >= referenceFlag;
    const slot = references.length;
    if (isReferenced) references.push(null);
    const read = ofType(String.fromCharCode(byte & 0x7f), depth + 1);
    if (isReferenced && read !== undefined) references[slot] = read;
    return read;
  };
  const ofType = (type: string, depth: number): MarshalValue | undefined => {
    switch (type) {
      case '0':
        return undefined;
      case 'N':
      case 'F':
      case 'T':
        return type === 'T' ? 1 : type === 'F' ? 0 : null;
      case 'i':
        return reader.littleEndian(4) | 0;
      case 'I':
        return reader.littleEndian(8);
      case 'l':
        return longInteger(reader);
      case 'g':
        return reader.float64(true);
      case 'f':
        return Number(reader.latin1(reader.u8()));
      case 'z':
      case 'Z':
        return text(reader.u8());
      case 't': {
        const made = text(reader.littleEndian(4));
        interned.push(made);
        return made;
      }
      case 'a':
      case 'A':
      case 'u':
      case 's':
        return text(reader.littleEndian(4));
      case 'R':
        return interned[reader.littleEndian(4)] ?? null;
      case 'r':
        return references[reader.littleEndian(4)] ?? null;
      case ')':
        return sequence(reader.u8(), depth);
      case '(':
      case '[':
        return sequence(reader.littleEndian(4), depth);
      case '{':
        return dict(depth);
      default:
        throw reader.broken('a type of Python statistics');
    }
  };
  return value(0);
}

/** Digits of 15 bits; the sign is that of their number. */
function longInteger(reader: ByteReader): number {
  const size = reader.littleEndian(4) | 0;
  let value = 0;
  for (let index = 0; index < reader.count(2 * Math.abs(size)) / 2; index++) value += reader.littleEndian(2) * 32_768 ** index;
  return size < 0 ? -value : value;
}
