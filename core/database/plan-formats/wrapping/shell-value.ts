import { UnreadableInputError } from '../../../model/errors.js';

interface Cursor {
  text: string;
  at: number;
  /** What prints it as JSON. */
  advice: string;
}

const mostLevels = 300;

/** A value that ends too early, or is none; `at` is how far it could be read. */
export class BrokenValueError extends UnreadableInputError {
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

/**
 * A value as the shells of MongoDB print it: names without quotes, texts in single ones, `Long('5')`, `ISODate("…")`, regular expressions; and as Python and
 * Node do. Gives where it ends, too; `advice` says what prints it as JSON. Throws BrokenValueError where it ends too early, or where the program itself
 * left something out (`[Object]`).
 */
export function readShellValue(text: string, from: number, advice: string): { value: unknown; end: number } {
  const cursor = { text, at: from, advice };
  const value = readValue(cursor, 0);
  return { value, end: cursor.at };
}

function readValue(cursor: Cursor, level: number): unknown {
  skipBlanks(cursor);
  if (level > mostLevels) refuse(cursor, `more than ${mostLevels} levels`);
  const character = cursor.text[cursor.at];
  if (character === '{') return readObject(cursor, level);
  if (character === '[') return readArray(cursor, level, ']');
  if (character === '(') return readArray(cursor, level, ')');
  if (character === '"' || character === "'" || character === '`') return readQuoted(cursor, character);
  if (character === '/') return takeSome(cursor, /\/(?:[^/\\\n]|\\.)+\/\w*/y, 'an open regular expression');
  const number = take(cursor, /-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/iy);
  return number === null ? readWord(cursor, level) : Number(number);
}

const constants: Partial<Record<string, boolean | null>> = {
  true: true,
  false: false,
  null: null,
  undefined: null,
  True: true,
  False: false,
  None: null,
};

/** `true`, `null`, `ISODate("…")`, `new Date(5)`; of a call its first argument counts. */
function readWord(cursor: Cursor, level: number): unknown {
  const word = takeSome(cursor, /(?:new )?[$A-Za-z_][\w$.]*/y, 'no value');
  if (cursor.text[cursor.at] !== '(') return constants[word] !== undefined ? constants[word] : word;
  cursor.at++;
  skipBlanks(cursor);
  const argument = cursor.text[cursor.at] === ')' ? null : readValue(cursor, level + 1);
  const rest = cursor.text.indexOf(')', cursor.at);
  if (rest < 0) refuse(cursor, `${word}( without its end`);
  cursor.at = rest + 1;
  const isNumber =
    /^(?:Number)?(?:Long|Int|Int32|Decimal|Decimal128|Double)$/.test(word) && argument !== null && typeof argument !== 'object';
  return isNumber ? Number(argument) : argument;
}

function readObject(cursor: Cursor, level: number): Record<string, unknown> {
  const value: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  cursor.at++;
  for (let next = nextCharacter(cursor); next !== '}'; next = nextCharacter(cursor)) {
    const key = next === '"' || next === "'" ? readQuoted(cursor, next) : takeSome(cursor, /[$\w.-]+/y, 'no name of a field');
    skipBlanks(cursor);
    if (cursor.text[cursor.at] !== ':') refuse(cursor, `no colon behind ${key.slice(0, 40)}`);
    cursor.at++;
    value[key] = readField(cursor, key, level);
    skipComma(cursor, '}');
  }
  cursor.at++;
  return { ...value };
}

/** The shell shortens what is deep. A shortened condition is still a plan, a shortened stage is none. */
function readField(cursor: Cursor, key: string, level: number): unknown {
  skipBlanks(cursor);
  const leftOut = take(cursor, /\[(?:Object|Array)\]/y);
  const isOfPlan = /stage|shards|plan|stats/i.test(key);
  if (leftOut === null) {
    const value = readValue(cursor, level + 1);
    if (isOfPlan && Array.isArray(value) && value.some(isShortened))
      refuse(cursor, `${key}: [ [Object] ], where the shell left a part of the plan out`);
    return value;
  }
  if (isOfPlan) refuse(cursor, `${key}: ${leftOut}, where the shell left a part of the plan out`);
  return null;
}

/** `[Object]` among the values of a list. */
function isShortened(value: unknown): boolean {
  return Array.isArray(value) && value.length === 1 && (value[0] === 'Object' || value[0] === 'Array');
}

function readArray(cursor: Cursor, level: number, end: ']' | ')'): unknown[] {
  const values: unknown[] = [];
  cursor.at++;
  for (let next = nextCharacter(cursor); next !== end; next = nextCharacter(cursor)) {
    if (/^\.\.\. \d+ more/.test(cursor.text.slice(cursor.at, cursor.at + 20)))
      refuse(cursor, '"... more items", where the shell left a part of the plan out');
    values.push(readValue(cursor, level + 1));
    skipComma(cursor, end);
  }
  cursor.at++;
  return values;
}

function skipComma(cursor: Cursor, end: string): void {
  skipBlanks(cursor);
  if (cursor.text[cursor.at] === ',') cursor.at++;
  else if (cursor.text[cursor.at] !== end) refuse(cursor, `no "," or "${end}"`);
}

function readQuoted(cursor: Cursor, quote: string): string {
  const start = ++cursor.at;
  for (; cursor.at < cursor.text.length; cursor.at++) {
    if (cursor.text[cursor.at] === '\\') cursor.at++;
    else if (cursor.text[cursor.at] === quote) return cursor.text.slice(start, cursor.at++).replace(/\\(.)/gs, '$1');
  }
  refuse(cursor, 'an open quote');
}

/** Blanks, and what people write beside the lines. */
function skipBlanks(cursor: Cursor): void {
  while (take(cursor, /\s+|\/\/.*|#.*|--.*|\/\*(?:[^*]|\*(?!\/))*\*\//y) !== null);
}

function nextCharacter(cursor: Cursor): string | undefined {
  skipBlanks(cursor);
  return cursor.text[cursor.at];
}

function takeSome(cursor: Cursor, pattern: RegExp, otherwise: string): string {
  const taken = take(cursor, pattern);
  if (taken !== null) return taken;
  refuse(cursor, otherwise);
}

function take(cursor: Cursor, pattern: RegExp): string | null {
  pattern.lastIndex = cursor.at;
  const match = pattern.exec(cursor.text);
  if (match === null) return null;
  cursor.at += match[0].length;
  return match[0];
}

function refuse(cursor: Cursor, came: string): never {
  const line = cursor.text.slice(0, cursor.at).split('\n').length;
  throw new BrokenValueError(
    `Expected a whole plan as a shell or a program prints it, but in line ${line} of it came ${came}. Print it as JSON: ${cursor.advice}.`,
    cursor.at,
  );
}
