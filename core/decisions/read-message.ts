/**
 * Hand-written guards for what reaches a workflow from outside: zod inside the sandbox costs half a megabyte for each cached workflow. A reader
 * returns the value it understood, with unknown keys left out and long texts cut, or throws `BadMessage` with what was expected and what came.
 */
export type Reader<T> = (value: unknown, at: string) => T;

class BadMessage extends Error {
  override readonly name = 'BadMessage';
}

/** `why` names the key, what was expected and what came. */
export type Reading<T> = { ok: true; value: T } | { ok: false; why: string };

export function tryRead<T>(reader: Reader<T>, value: unknown): Reading<T> {
  try {
    return { ok: true, value: reader(value, '') };
  } catch (error) {
    if (error instanceof BadMessage) return { ok: false, why: error.message };
    throw error;
  }
}

/** Short and safe to print: nobody wants a megabyte back. */
function shown(value: unknown): string {
  if (value === null || value === undefined) return value === null ? 'null' : 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object') return `an object with ${keysOf(value)}`;
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint' ? String(value) : `a ${typeof value}`;
}

function keysOf(value: object): string {
  const keys = Object.keys(value).slice(0, 5);
  return keys.length === 0 ? 'no keys' : `the keys ${keys.map((key) => key.slice(0, 30)).join(', ')}`;
}

export function bad(at: string, expected: string, got: unknown): never {
  throw new BadMessage(`${at === '' ? 'the message' : at}: expected ${expected}, got ${shown(got)}`);
}

/** Text that is cut after `most` characters: what a person wrote is worth more cut than refused. */
export function text(most: number): Reader<string> {
  return (value, at) => (typeof value === 'string' ? value.slice(0, most) : bad(at, 'text', value));
}

/** Text that says something; `expected` says what. */
export function filledText(most: number, expected: string): Reader<string> {
  return (value, at) => {
    if (typeof value === 'string' && value.trim() !== '') return value.trim().slice(0, most);
    throw new BadMessage(`${at} is missing: expected ${expected}, got ${shown(value)}`);
  };
}

/** Text that means something only as a whole: an id, an address. */
export function wholeText(most: number): Reader<string> {
  return (value, at) => {
    if (typeof value !== 'string' || value === '') return bad(at, 'text that is not empty', value);
    return value.length <= most ? value : bad(at, `at most ${most} characters`, value);
  };
}

export function number(least: number, most: number): Reader<number> {
  return (value, at) =>
    typeof value === 'number' && value >= least && value <= most ? value : bad(at, `a number from ${least} to ${most}`, value);
}

export const flag: Reader<boolean> = (value, at) => (typeof value === 'boolean' ? value : bad(at, 'true or false', value));

/** ISO 8601, or anything else that names one moment. */
export const moment: Reader<string> = (value, at) =>
  typeof value === 'string' && value.length <= 40 && !Number.isNaN(Date.parse(value)) ? value : bad(at, 'an ISO 8601 time', value);

export function oneOf<const T extends readonly string[]>(names: T): Reader<T[number]> {
  const expected = names.map((name) => `"${name}"`).join(' or ');
  return (value, at) => names.find((name) => name === value) ?? bad(at, expected, value);
}

export function nullable<T>(reader: Reader<T>): Reader<T | null> {
  return (value, at) => (value === null || value === undefined ? null : reader(value, at));
}

/** Marks a key that may be absent; `null` counts as absent. */
export interface Optional<T> {
  optional: Reader<T>;
}

export function optional<T>(reader: Reader<T>): Optional<T> {
  return { optional: reader };
}

type Shape = Record<string, Reader<unknown> | Optional<unknown>>;
type RequiredKeys<S extends Shape> = { [K in keyof S]: S[K] extends Optional<unknown> ? never : K }[keyof S];
type OptionalKeys<S extends Shape> = { [K in keyof S]: S[K] extends Optional<unknown> ? K : never }[keyof S];
export type Shaped<S extends Shape> = { [K in RequiredKeys<S>]: S[K] extends Reader<infer T> ? T : never } & {
  [K in OptionalKeys<S>]?: S[K] extends Optional<infer T> ? T : never;
};

/** An object with these keys; others are left out. */
export function object<S extends Shape>(shape: S): Reader<Shaped<S>> {
  return (value, at) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return bad(at, 'an object', value);
    const given = value as Record<string, unknown>;
    const read: Record<string, unknown> = {};
    for (const [key, reader] of Object.entries(shape)) {
      const path = at === '' ? key : `${at}.${key}`;
      const part = Object.hasOwn(given, key) ? given[key] : undefined;
      if (typeof reader === 'function') read[key] = reader(part, path);
      else if (part !== undefined && part !== null) read[key] = reader.optional(part, path);
    }
    return read as Shaped<S>;
  };
}

/** The first `most` entries that can be read: a label too many is no reason to lose an alert. */
export function entries<T>(reader: Reader<T>, most: number): Reader<Record<string, T>> {
  return (value, at) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return bad(at, 'an object', value);
    const pairs = Object.entries(value).slice(0, most);
    return Object.fromEntries(pairs.map(([key, part]) => [key.slice(0, 200), reader(part, `${at}.${key.slice(0, 60)}`)]));
  };
}

export function list<T>(reader: Reader<T>, most: number): Reader<T[]> {
  return (value, at) =>
    Array.isArray(value) ? value.slice(0, most).map((part, index) => reader(part, `${at}[${index}]`)) : bad(at, 'a list', value);
}

/**
 * What a workflow hands on to its next history, by the keys that it has always had: an object of our own, given back as it is. What is not one came from
 * somebody else.
 */
export function carried<T extends object>(keys: readonly (keyof T & string)[]): Reader<T> {
  return (value, at) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return bad(at, 'a state of this workflow', value);
    const lacking = keys.find((key) => typeof (value as Partial<Record<string, unknown>>)[key] === 'undefined');
    return lacking === undefined ? (value as T) : bad(`${at}.${lacking}`, 'a state of this workflow', undefined);
  };
}

/** A message that may be empty, like the signal that the Web UI sends without an input. */
export function orNothing<T>(reader: Reader<T>): Reader<T> {
  return (value, at) => reader(value ?? {}, at);
}
