// Protobuf's wire format, for messages that no library of ours knows: https://protobuf.dev/programming-guides/encoding/
import type { ByteReader } from '../input/byte-reader.js';

/** `varint` and `fixed` carry a number, `bytes` a message, a text or packed numbers. */
export interface WireField {
  number: number;
  type: 'varint' | 'fixed' | 'bytes';
  value: number;
  /** Where the bytes are; `end` is exclusive. */
  start: number;
  end: number;
}

/** The fields between the reader's place and `end`. Fields of groups and of other wire types are refused. */
export function* wireFields(reader: ByteReader, start: number, end: number): Generator<WireField> {
  for (let at = start; at < end;) {
    reader.at = at;
    const tag = varint(reader);
    const number = Math.floor(tag / 8);
    const wireType = tag % 8;
    if (wireType === 0) {
      const value = varint(reader);
      at = reader.at;
      yield { number, type: 'varint', value, start: at, end: at };
    } else if (wireType === 1 || wireType === 5) {
      const value = reader.littleEndian(wireType === 1 ? 8 : 4);
      at = reader.at;
      yield { number, type: 'fixed', value, start: at, end: at };
    } else if (wireType === 2) {
      const length = varint(reader);
      const from = reader.at;
      at = from + length;
      if (number === 0 || at > end) throw reader.broken('a field that ends inside its message');
      yield { number, type: 'bytes', value: 0, start: from, end: at };
    } else {
      throw reader.broken('a protobuf field');
    }
  }
}

/** Unsigned up to 2^53; negative numbers (two's complement of 64 bits) come out negative. */
export function varint(reader: ByteReader): number {
  let low = 0;
  let high = 0;
  for (let index = 0; index < 10; index++) {
    const byte = reader.u8();
    if (index < 4) low += (byte & 0x7f) * 2 ** (7 * index);
    else high += (byte & 0x7f) * 2 ** (7 * index - 28);
    if (byte < 0x80) return index === 9 ? -(2 ** 28 - low + (2 ** 36 - 1 - (high % 2 ** 36)) * 2 ** 28) : low + high * 2 ** 28;
  }
  throw reader.broken('a number of at most ten bytes');
}

/** A repeated number, packed or as one field each. */
export function packedNumbers(reader: ByteReader, field: WireField): number[] {
  if (field.type !== 'bytes') return [field.value];
  const numbers: number[] = [];
  reader.at = field.start;
  while (reader.at < field.end) numbers.push(varint(reader));
  return numbers;
}
