import { UnreadableInputError } from '../../../model/errors.js';

/** Reads a binary format from memory; every step beyond the end is an UnreadableInputError that names the format and the place. */
export interface ByteReader {
  /** Where the next byte is read. */
  at: number;
  readonly length: number;
  u8(): number;
  /** `size` bytes as an unsigned number, most significant first. */
  bigEndian(size: number): number;
  /** `size` bytes as an unsigned number, least significant first. */
  littleEndian(size: number): number;
  float64(isLittleEndian: boolean): number;
  /** A view, not a copy. */
  bytes(size: number): Uint8Array;
  utf8(size: number): string;
  latin1(size: number): string;
  skip(size: number): void;
  /** A number of things that follow, each of at least one byte: more than there are bytes is a broken file, not a reason to allocate. */
  count(claimed: number): number;
  broken(expected: string): UnreadableInputError;
}

export function createByteReader(bytes: Uint8Array, what: string): ByteReader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const decoder = new TextDecoder();
  const reader: ByteReader = {
    at: 0,
    length: bytes.length,
    u8() {
      const byte = bytes[reader.at];
      if (byte === undefined) throw reader.broken('more bytes');
      reader.at++;
      return byte;
    },
    bigEndian(size) {
      let value = 0;
      for (let index = 0; index < size; index++) value = value * 256 + reader.u8();
      return value;
    },
    littleEndian(size) {
      let value = 0;
      for (let index = 0; index < size; index++) value += reader.u8() * 256 ** index;
      return value;
    },
    float64(isLittleEndian) {
      const at = reader.at;
      reader.skip(8);
      return view.getFloat64(at, isLittleEndian);
    },
    bytes(size) {
      const at = reader.at;
      reader.skip(size);
      return bytes.subarray(at, at + size);
    },
    utf8: (size) => decoder.decode(reader.bytes(size)),
    latin1: (size) => Array.from(reader.bytes(size), (byte) => String.fromCharCode(byte)).join(''),
    skip(size) {
      if (!(size >= 0) || size > bytes.length - reader.at) throw reader.broken(`${size} more bytes`);
      reader.at += size;
    },
    count(claimed) {
      if (claimed >= 0 && claimed <= bytes.length - reader.at) return claimed;
      throw reader.broken(`at least ${claimed} more bytes`);
    },
    broken: (expected) =>
      new UnreadableInputError(`${what}: expected ${expected} at byte ${reader.at} of ${bytes.length}. Is the file complete?`),
  };
  return reader;
}
