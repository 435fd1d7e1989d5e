import { UnreadableInputError } from '../../../model/errors.js';

/** One field of a protobuf message: a number, or bytes valid until the call returns. https://protobuf.dev/programming-guides/encoding */
export interface FieldVisitor {
  onNumber(field: number, varint: Varint): void;
  onBytes(field: number, bytes: Uint8Array): void;
}

/** A 64-bit number in two halves: JavaScript's numbers hold 53 bits, and shifts 32. */
export interface Varint {
  low: number;
  high: number;
}

/** As an unsigned number; ids above 2⁵³ lose their last bits. */
export function unsigned({ low, high }: Varint): number {
  return (high >>> 0) * 0x1_0000_0000 + (low >>> 0);
}

/** As `int64`: the sign is the highest bit. */
export function signed({ low, high }: Varint): number {
  return (high | 0) * 0x1_0000_0000 + (low >>> 0);
}

/** An id that may be a 64-bit hash, without losing a bit. */
export function idOf(varint: Varint): number | string {
  return varint.high >>> 0 < 0x20_0000 ? unsigned(varint) : `${varint.high >>> 0}:${varint.low >>> 0}`;
}

/** Reads varints of a message one after the other. */
export interface VarintReader {
  at: number;
  readonly value: Varint;
  /** Reads the next one into `value`; false at the end of the bytes, also in the middle of a number. */
  next(bytes: Uint8Array, end: number): boolean;
}

export function createVarintReader(): VarintReader {
  const value = { low: 0, high: 0 };
  return {
    at: 0,
    value,
    next(bytes, end) {
      let low = 0;
      let high = 0;
      for (let shift = 0; shift < 70 && this.at < end; shift += 7) {
        const byte = bytes[this.at++] ?? 0;
        const bits = byte & 0x7f;
        if (shift < 28) low |= bits << shift;
        else if (shift === 28) {
          low |= bits << 28;
          high = bits >> 4;
        } else high |= bits << (shift - 32);
        if (byte < 0x80) {
          value.low = low;
          value.high = high;
          return true;
        }
      }
      return false;
    },
  };
}

function broken(what: string): UnreadableInputError {
  return new UnreadableInputError(
    `${what}: expected a whole protobuf message, got bytes that end or break within a field. Is the download complete?`,
  );
}

/** Visits the fields of a message that is in memory as a whole. */
export function forEachField(bytes: Uint8Array, visitor: FieldVisitor, what: string): void {
  if (visitFields(bytes, visitor, what) !== bytes.length) throw broken(what);
}

/** Visits whole fields; returns where the first one begins that is not whole. */
function visitFields(bytes: Uint8Array, visitor: FieldVisitor, what: string): number {
  const reader = createVarintReader();
  const { value } = reader;
  for (;;) {
    const start = reader.at;
    if (!reader.next(bytes, bytes.length)) return start;
    const field = unsigned(value) / 8;
    const wireType = value.low & 7;
    if (wireType === 0) {
      if (!reader.next(bytes, bytes.length)) return start;
      visitor.onNumber(Math.floor(field), value);
    } else if (wireType === 2) {
      if (!reader.next(bytes, bytes.length)) return start;
      const length = unsigned(value);
      if (length > maxFieldBytes) throw broken(what);
      if (reader.at + length > bytes.length) return start;
      const from = reader.at;
      visitor.onBytes(Math.floor(field), bytes.subarray(from, from + length));
      reader.at = from + length;
    } else if (wireType === 1 || wireType === 5) {
      const width = wireType === 1 ? 8 : 4;
      if (reader.at + width > bytes.length) return start;
      reader.at += width;
    } else throw broken(what);
  }
}

const maxFieldBytes = 256 * 1024 * 1024;

/** The same for a stream: memory is one chunk and one field. */
export async function forEachStreamedField(source: AsyncIterable<Uint8Array>, visitor: FieldVisitor, what: string): Promise<void> {
  let rest: Uint8Array[] = [];
  let restLength = 0;
  let needed = 0;
  for await (const chunk of source) {
    rest.push(chunk);
    restLength += chunk.length;
    // A field of many chunks is joined when it has doubled, not with every chunk.
    if (restLength < needed) continue;
    const bytes = rest.length === 1 ? chunk : joined(rest, restLength);
    const end = visitFields(bytes, visitor, what);
    const left = bytes.slice(end);
    rest = left.length > 0 ? [left] : [];
    restLength = left.length;
    needed = end === 0 ? restLength * 2 : 0;
  }
  if (restLength > 0 && visitFields(joined(rest, restLength), visitor, what) !== restLength) throw broken(what);
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
