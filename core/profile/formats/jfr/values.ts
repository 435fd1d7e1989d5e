import type { ByteReader } from '../input/byte-reader.js';
import type { JfrClass, JfrField } from './classes.js';

export type JfrValue = number | string | JfrValue[] | JfrRecord;
/** Fields by name. A constant is its key, to be looked up in the pool of its type. */
export type JfrRecord = Map<string, JfrValue>;

/** Structures inside structures; a recording that describes an endless one is refused. */
const maxNesting = 16;

/** LEB128 of up to nine bytes, the ninth whole, two's complement of 64 bits; small negative numbers (steps back) come out exact. */
export function readLong(reader: ByteReader): number {
  let low = 0;
  let high = 0;
  for (let index = 0; index < 8; index++) {
    const byte = reader.u8();
    if (index < 4) low += (byte & 0x7f) * 2 ** (7 * index);
    else high += (byte & 0x7f) * 2 ** (7 * index - 28);
    if (byte < 0x80) return low + high * 2 ** 28;
  }
  const last = reader.u8();
  if (last < 0x80) return low + high * 2 ** 28 + last * 2 ** 56;
  return -(2 ** 28 - 1 - low + (2 ** 28 - 1 - high) * 2 ** 28 + (255 - last) * 2 ** 56 + 1);
}

/** A string by its encoding byte: 0 null, 1 empty, 2 key of the pool, 3 UTF-8, 4 UTF-16 units, 5 Latin-1. */
export function readText(reader: ByteReader, ofPool: (key: number) => string): string {
  const encoding = reader.u8();
  if (encoding === 0 || encoding === 1) return '';
  if (encoding === 2) return ofPool(readLong(reader));
  if (encoding === 3) return reader.utf8(readLong(reader));
  if (encoding === 5) return reader.latin1(readLong(reader));
  if (encoding !== 4) throw reader.broken(`a string encoding from 0 to 5, not ${encoding}`);
  let text = '';
  for (let left = reader.count(readLong(reader)); left > 0; left--) text += String.fromCharCode(readLong(reader));
  return text;
}

/** What an array of stack frames comes as: these numbers of the first frame, of the second and so on. */
export const stackFrameFields = ['method', 'type', 'lineNumber'] as const;

type ReadPrimitive = (reader: ByteReader) => JfrValue;
const skipBytes =
  (size: number): ReadPrimitive =>
  (reader) => {
    reader.skip(size);
    return 0;
  };
const primitives = new Map<string, ReadPrimitive>([
  ['boolean', (reader) => reader.u8()],
  ['byte', (reader) => reader.u8()],
  ['short', readLong],
  ['char', readLong],
  ['int', readLong],
  ['long', readLong],
  ['float', skipBytes(4)],
  ['double', skipBytes(8)],
  // The key itself: the pool of strings is not needed by what is ranked.
  ['java.lang.String', (reader) => readText(reader, (key) => `#${key}`)],
]);

/** Reads values by the description of their type, at the reader's place. */
export function createValueReader(
  reader: ByteReader,
  classes: ReadonlyMap<number, JfrClass>,
): { fieldsOf(type: JfrClass): JfrRecord; valueOf(type: JfrClass): JfrValue } {
  const valueOf = (type: JfrClass, nesting: number): JfrValue => {
    const read = primitives.get(type.name);
    return read === undefined ? fieldsOf(type, nesting + 1) : read(reader);
  };
  const fieldsOf = (type: JfrClass, nesting: number): JfrRecord => {
    // A structure without fields takes no bytes: millions of them could be described in a few.
    if (nesting > maxNesting || (nesting > 0 && type.fields.length === 0))
      throw reader.broken(`values with fields, of at most ${maxNesting} levels`);
    const record: JfrRecord = new Map();
    for (const field of type.fields) record.set(field.name, fieldValue(field, nesting));
    return record;
  };
  const fieldValue = (field: JfrField, nesting: number): JfrValue => {
    const type = classes.get(field.classId);
    if (type === undefined) throw reader.broken(`a known type for the field ${field.name}`);
    const one = (): JfrValue => (field.isConstant ? readLong(reader) : valueOf(type, nesting));
    if (!field.isArray) return one();
    if (type.name === 'jdk.types.StackFrame' && !field.isConstant) return compactFrames(type);
    const many: JfrValue[] = [];
    for (let left = reader.count(readLong(reader)); left > 0; left--) many.push(one());
    return many;
  };
  /** There are millions of frames: only what is needed of them is kept, as plain numbers one after the other. */
  const compactFrames = (type: JfrClass): JfrValue[] => {
    const numbers: number[] = [];
    for (let left = reader.count(readLong(reader)); left > 0; left--) {
      const frame = fieldsOf(type, 1);
      for (const name of stackFrameFields) {
        const value = frame.get(name);
        numbers.push(typeof value === 'number' ? value : 0);
      }
    }
    return numbers;
  };
  return { fieldsOf: (type) => fieldsOf(type, 0), valueOf: (type) => valueOf(type, 0) };
}
