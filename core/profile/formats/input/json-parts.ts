import { UnreadableInputError } from '../../../model/errors.js';
import { utf8Chunks } from './byte-lines.js';

/** Takes the bytes of one element of an array, valid until it returns. `indexes` are the places in the arrays around it, outermost first. */
export type OnElement = (element: Uint8Array, indexes: readonly number[]) => void;

/** Arrays whose elements are handed over one by one, by path: `traceEvents`, `profiles.*.samples`; '' is the document itself. */
export type ElementPaths = Readonly<Record<string, OnElement>>;

export interface JsonRest {
  /** The document without those elements; their arrays are empty. */
  document: unknown;
  /** `open`: brackets at the end are missing, every element is whole. `cut`: the file ends within an element. */
  ending: 'whole' | 'open' | 'cut';
}

/** A JSON text longer than V8's longest string (512 MB) cannot be parsed; below this it fits into 1 GB with its objects. */
const maxRestBytes = 256 * 1024 * 1024;

/**
 * Reads a JSON document of any size: elements of the named arrays are not kept, so memory is one element and the rest of the document. Throws
 * UnreadableInputError for what is no JSON. An end without its brackets is told, for the caller to judge.
 */
export async function readJsonParts(source: AsyncIterable<Uint8Array>, what: string, paths: ElementPaths): Promise<JsonRest> {
  const scanner = createScanner(paths, what);
  for await (const chunk of utf8Chunks(source)) scanner.take(chunk);
  const { rest, ending } = scanner.end();
  return { document: parseJson(rest, what), ending };
}

const decoder = new TextDecoder();

/** The value of an element; what is wrong with it becomes an UnreadableInputError. */
export function parseJson(bytes: Uint8Array, what: string): unknown {
  try {
    const parsed: unknown = JSON.parse(decoder.decode(bytes));
    return parsed;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UnreadableInputError(`${what}: expected JSON, got ${bytes.length} bytes that are none (${reason}). Is the file complete?`);
  }
}

/** A number as an element, also in quotes; NaN for anything else. Arrays of numbers are the bulk of a profile. */
export function numberOf(bytes: Uint8Array): number {
  let value = 0;
  for (let at = 0; at < bytes.length; at++) {
    const digit = (bytes[at] ?? 0) - 48;
    if (digit < 0 || digit > 9 || at > 14) return slowNumber(bytes);
    value = value * 10 + digit;
  }
  return bytes.length > 0 ? value : NaN;
}

function slowNumber(bytes: Uint8Array): number {
  if (bytes.length > 64) return NaN;
  const text = /^\s*"?(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)"?\s*$/.exec(decoder.decode(bytes))?.[1];
  return text === undefined ? NaN : Number(text);
}

interface Container {
  isArray: boolean;
  path: string;
  /** Place of the current element of an array. */
  index: number;
  /** Key of the current value of an object. */
  key: string;
  isKeyNext: boolean;
}

const quote = 34;
const comma = 44;
const colon = 58;
const backslash = 92;
const [openArray, closeArray, openObject, closeObject] = [91, 93, 123, 125];
const maxDepth = 10_000;

interface Scanner {
  take(chunk: Uint8Array): void;
  end(): { rest: Uint8Array; ending: JsonRest['ending'] };
}

function createScanner(paths: ElementPaths, what: string): Scanner {
  const rest = createBytes(what);
  const element = createBytes(what);
  const stack: Container[] = [];
  /** Set while inside a named array; `depth` counts brackets within its current element. */
  let onElement: OnElement | null = null;
  let depth = 0;
  let isInString = false;
  /** The next byte is escaped. */
  let isEscaped = false;
  let keyStart = -1;

  const pathOf = (): string => {
    const top = stack.at(-1);
    if (top === undefined) return '';
    const step = top.isArray ? '*' : top.key;
    return top.path === '' ? step : `${top.path}.${step}`;
  };

  const emit = (bytes: Uint8Array): void => {
    const trimmed = trim(bytes);
    const array = stack.at(-1);
    if (trimmed.length === 0 || array === undefined) return;
    onElement?.(
      trimmed,
      stack.filter((container) => container.isArray).map((container) => container.index),
    );
    array.index++;
  };

  /** Index behind the end of the string that was skipped; the chunk's length when it goes on in the next. */
  let stringEnd = 0;

  /** Goes to the end of the string that `from` is in; false when it goes on in the next chunk. */
  const skipString = (chunk: Uint8Array, from: number): boolean => {
    let at = from;
    if (isEscaped && at < chunk.length) {
      isEscaped = false;
      at++;
    }
    for (; at < chunk.length; at++) {
      const byte = chunk[at];
      if (byte === quote) {
        isInString = false;
        stringEnd = at + 1;
        return true;
      }
      if (byte === backslash && ++at === chunk.length) isEscaped = true;
    }
    stringEnd = chunk.length;
    return false;
  };

  /** True when the elements of what opens are handed over. */
  const open = (isArray: boolean): boolean => {
    const path = pathOf();
    if (stack.length >= maxDepth) throw new UnreadableInputError(`${what}: expected at most ${maxDepth} levels of JSON, got more.`);
    stack.push({ isArray, path, index: 0, key: '', isKeyNext: !isArray });
    onElement = isArray ? (paths[path] ?? null) : null;
    depth = 0;
    return onElement !== null;
  };

  /** Reads within a named array until it closes; returns where the document goes on. */
  const takeElements = (chunk: Uint8Array, from: number): number => {
    let start = from;
    let at = from;
    while (at < chunk.length) {
      if (isInString) {
        skipString(chunk, at);
        at = stringEnd;
        continue;
      }
      const byte = chunk[at];
      if (byte === quote) isInString = true;
      else if (byte === openArray || byte === openObject) depth++;
      else if (depth > 0 && (byte === closeArray || byte === closeObject)) depth--;
      else if (depth === 0 && (byte === comma || byte === closeArray)) {
        emit(element.length() === 0 ? chunk.subarray(start, at) : element.takeWith(chunk.subarray(start, at)));
        start = at + 1;
        if (byte === closeArray) {
          onElement = null;
          return at;
        }
      }
      at++;
    }
    element.append(chunk.subarray(start));
    return chunk.length;
  };

  const takeDocument = (chunk: Uint8Array, from: number): number => {
    let at = from;
    const base = rest.length() - from;
    while (at < chunk.length) {
      const top = stack.at(-1);
      if (isInString) {
        const isOver = skipString(chunk, at);
        at = stringEnd;
        if (isOver && keyStart !== -1 && top !== undefined) {
          const end = base + at - 1;
          top.key =
            keyStart >= rest.length()
              ? decoder.decode(chunk.subarray(keyStart - base, at - 1))
              : rest.text(keyStart, end, chunk.subarray(from, at - 1));
          keyStart = -1;
        }
        continue;
      }
      const byte = chunk[at];
      if (byte === quote) {
        isInString = true;
        keyStart = top?.isKeyNext === true ? base + at + 1 : -1;
      } else if (byte === openArray || byte === openObject) {
        if (open(byte === openArray)) {
          rest.append(chunk.subarray(from, at + 1));
          return at + 1;
        }
      } else if (byte === closeArray || byte === closeObject) stack.pop();
      else if (byte === comma && top !== undefined) {
        if (top.isArray) top.index++;
        else top.isKeyNext = true;
      } else if (byte === colon && top !== undefined) top.isKeyNext = false;
      at++;
    }
    rest.append(chunk.subarray(from));
    return chunk.length;
  };

  return {
    take(chunk) {
      for (let at = 0; at < chunk.length;) at = onElement === null ? takeDocument(chunk, at) : takeElements(chunk, at);
    },
    end() {
      let ending: JsonRest['ending'] = stack.length > 0 ? 'open' : 'whole';
      if (onElement !== null) {
        if (depth > 0 || isInString) ending = 'cut';
        else emit(element.takeWith(new Uint8Array(0)));
      }
      const closers = stack.map((container) => (container.isArray ? ']' : '}')).reverse();
      if (onElement !== null || ending === 'whole') rest.append(new TextEncoder().encode(closers.join('')));
      return { rest: rest.takeWith(new Uint8Array(0)), ending };
    },
  };
}

interface Bytes {
  length(): number;
  append(piece: Uint8Array): void;
  /** Text of `[start, end)` of what is there followed by `next`. */
  text(start: number, end: number, next: Uint8Array): string;
  /** All there is and `last`; empties. */
  takeWith(last: Uint8Array): Uint8Array;
}

function createBytes(what: string): Bytes {
  let bytes = new Uint8Array(4096);
  let used = 0;
  const append = (piece: Uint8Array): void => {
    if (used + piece.length > maxRestBytes) {
      throw new UnreadableInputError(
        `${what}: expected at most ${maxRestBytes / 1048576} MB besides its samples, this file has more. Capture a shorter window.`,
      );
    }
    if (used + piece.length > bytes.length) {
      const larger = new Uint8Array(Math.max(bytes.length * 2, used + piece.length));
      larger.set(bytes.subarray(0, used));
      bytes = larger;
    }
    bytes.set(piece, used);
    used += piece.length;
  };
  return {
    length: () => used,
    append,
    text(start, end, next) {
      const kept = bytes.subarray(start, Math.min(end, used));
      const both = new Uint8Array(kept.length + next.length);
      both.set(kept);
      both.set(next, kept.length);
      return decoder.decode(both.subarray(0, end - start));
    },
    takeWith(last) {
      append(last);
      const all = bytes.slice(0, used);
      used = 0;
      return all;
    },
  };
}

function trim(bytes: Uint8Array): Uint8Array {
  let start = 0;
  let end = bytes.length;
  while (start < end && (bytes[start] ?? 0) <= 32) start++;
  while (end > start && (bytes[end - 1] ?? 0) <= 32) end--;
  return bytes.subarray(start, end);
}
