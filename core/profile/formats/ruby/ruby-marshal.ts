// Ruby's Marshal 4.8, as far as StackProf uses it. Objects of classes are refused: nothing is ever instantiated.
// https://docs.ruby-lang.org/en/master/marshal_rdoc.html
import type { ByteReader } from '../input/byte-reader.js';

export type RubyValue = number | string | null | RubyValue[] | Map<RubyValue, RubyValue>;

const maxDepth = 16;

/** One document at the reader's place. Symbols and strings are text, true is 1, false and nil are null. */
export function readRubyMarshal(reader: ByteReader): RubyValue {
  if (reader.u8() !== 4 || reader.u8() !== 8) throw reader.broken('Ruby Marshal 4.8');
  const symbols: string[] = [];
  /** Everything that has an identity, in the order of appearance; `@` points here. */
  const objects: RubyValue[] = [];
  const remember = <T extends RubyValue>(value: T): T => {
    objects.push(value);
    return value;
  };
  const text = (): string => reader.utf8(fixnum(reader));
  const value = (depth: number): RubyValue => {
    if (depth > maxDepth) throw reader.broken(`values of at most ${maxDepth} levels`);
    const type = String.fromCharCode(reader.u8());
    switch (type) {
      case '0':
      case 'F':
        return null;
      case 'T':
        return 1;
      case 'i':
        return fixnum(reader);
      case 'l':
        return remember(bignum(reader));
      case 'f':
        return remember(Number(text()));
      case '"':
        return remember(text());
      case ':': {
        const symbol = text();
        symbols.push(symbol);
        return symbol;
      }
      case ';':
        return symbols[fixnum(reader)] ?? null;
      case '@':
        return objects[fixnum(reader)] ?? null;
      case 'I':
        return withVariables(depth);
      case '[':
        return array(depth);
      case '{':
      case '}':
        return hash(depth, type === '}');
      default:
        throw reader.broken('a type of StackProf results (no Ruby objects)');
    }
  };
  /** A string with its encoding behind it. */
  const withVariables = (depth: number): RubyValue => {
    const read = value(depth + 1);
    for (let left = reader.count(fixnum(reader)); left > 0; left--) {
      value(depth + 1);
      value(depth + 1);
    }
    return read;
  };
  const array = (depth: number): RubyValue[] => {
    const items = remember<RubyValue[]>([]);
    for (let left = reader.count(fixnum(reader)); left > 0; left--) items.push(value(depth + 1));
    return items;
  };
  const hash = (depth: number, hasDefault: boolean): Map<RubyValue, RubyValue> => {
    const entries = remember(new Map<RubyValue, RubyValue>());
    for (let left = reader.count(fixnum(reader)); left > 0; left--) {
      const key = value(depth + 1);
      entries.set(key, value(depth + 1));
    }
    if (hasDefault) value(depth + 1);
    return entries;
  };
  return value(0);
}

/** One byte for small numbers, else a byte that says how many bytes follow. */
function fixnum(reader: ByteReader): number {
  const first = (reader.u8() << 24) >> 24;
  if (first === 0) return 0;
  if (first > 4) return first - 5;
  if (first < -4) return first + 5;
  const size = Math.abs(first);
  const value = reader.littleEndian(size);
  return first > 0 ? value : value - 256 ** size;
}

function bignum(reader: ByteReader): number {
  const sign = reader.u8() === 0x2d ? -1 : 1;
  return sign * reader.littleEndian(2 * reader.count(fixnum(reader)));
}
