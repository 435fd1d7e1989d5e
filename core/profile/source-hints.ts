import type { ProfileCategory } from '../model/profile.js';
import { callsRegex, mayCallRegex } from './regex-calls.js';

/** Text of one source line on which samples fell. `module` is as the profile writes it; `line` is 1-based. */
export interface HotLine {
  module: string;
  line: number;
  text: string;
  /** Set where the line holds many functions (minified code): `text` is then of this function only. */
  functionName?: string;
  /** Names that its file declares as regular expressions. */
  regexNames?: ReadonlySet<string>;
}

/** A longer line is minified: it holds too many calls to say which one was hot. */
export const maxLineLength = 400;
/** More is not looked at: a function of that size is no call of one built-in. */
const maxFunctionLength = 20_000;

/** Calls of built-ins that leave no frame of their own in a V8 profile. Order: the more expensive and special first. */
const hints: readonly [RegExp, ProfileCategory][] = [
  [/\bJSON\s*\.\s*(?:parse|stringify)\s*\(|\bstructuredClone\s*\(|\bv8\.(?:de)?serialize\s*\(/, 'serialization'],
  [
    /\b(?:deflate|inflate|gzip|gunzip|deflateRaw|inflateRaw|brotliCompress|brotliDecompress|unzip|zstdCompress|zstdDecompress)Sync\s*\(/,
    'compression',
  ],
  [
    /\b(?:pbkdf2Sync|scryptSync|hkdfSync|createHash|createHmac|createSign|createVerify|randomBytes|generateKeyPairSync|publicEncrypt|privateDecrypt|createCipheriv|createDecipheriv|timingSafeEqual)\s*\(|\.digest\s*\(|crypto\.(?:sign|verify)\s*\(/,
    'crypto',
  ],
  [
    /\.(?:test|match|matchAll|exec|replace|replaceAll|search|split)\s*\(\s*\/(?![/*])|\/[gimsuyd]*\.(?:test|exec)\s*\(|\bnew RegExp\s*\(|\bRegExp\s*\(/,
    'regex',
  ],
  [/\b(?:readFileSync|writeFileSync|appendFileSync|readdirSync|statSync|existsSync|openSync|readSync|writeSync|fsyncSync)\s*\(/, 'file-io'],
  [/\bconsole\s*\.\s*(?:log|info|warn|error|debug|trace)\s*\(/, 'logging'],
];

const noNames: ReadonlySet<string> = new Set();

/**
 * What a line of JavaScript spends its time on, when it calls a built-in that has no frame of its own (measured on Node 20: 94 % of the
 * self time of `JSON.stringify` and 99 % of a regular expression's fell on the calling function). Null when the line does not tell.
 */
export function sourceHint({ text, regexNames = noNames }: Pick<HotLine, 'text' | 'regexNames'>): ProfileCategory | null {
  const line = text.trim();
  if (line.length === 0 || line.length > maxLineLength || /^(?:\/\/|\*|\/\*)/.test(line)) return null;
  return hints.find(([pattern]) => pattern.test(line))?.[1] ?? (callsRegex(line, regexNames) ? 'regex' : null);
}

/**
 * Last line (1-based) of the function that begins on `startLine`, by counting brackets outside of strings and comments. V8 charges
 * functions that it inlined to their caller *with their own line numbers*: a hot line outside of these bounds belongs to another file.
 */
export function functionEnd(lines: readonly string[], startLine: number): number {
  let depth = 0;
  let hasOpened = false;
  for (let index = startLine - 1; index < Math.min(lines.length, startLine + 5000); index++) {
    const code = withoutStrings(lines[index] ?? '');
    for (const char of code) {
      if (char === '{') {
        depth++;
        hasOpened = true;
      } else if (char === '}') depth--;
    }
    if (hasOpened ? depth <= 0 : /;\s*$/.test(code)) return index + 1;
  }
  return lines.length;
}

function withoutStrings(line: string): string {
  return line
    .replace(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`/g, '')
    .replace(/\/\/.*/, '')
    .replace(/\/\*.*?\*\//g, '');
}

/** Whatever repeats: code without it cannot burn CPU but in what it calls. */
const repeats = /\b(?:for|while|do)\b|\.(?:map|flatMap|forEach|reduce|reduceRight|filter|find|findIndex|some|every|sort|from)\s*\(/;

/**
 * What a function on a packed line spends its own time on. A kind of work: straight-line code that calls built-ins of that kind only, and can burn
 * CPU nowhere else. `unclear`: it calls such built-ins and has loops, or calls several kinds. Null: there is nothing but its own code.
 */
export function functionHint({ text, regexNames = noNames }: Pick<HotLine, 'text' | 'regexNames'>): ProfileCategory | 'unclear' | null {
  const kinds = new Set(hints.filter(([pattern]) => pattern.test(text)).map(([, category]) => category));
  if (callsRegex(text, regexNames)) kinds.add('regex');
  else if (mayCallRegex(text) && !kinds.has('regex')) return 'unclear';
  const [only] = kinds;
  if (only === undefined) return null;
  return kinds.size > 1 || repeats.test(text) ? 'unclear' : only;
}

/** Text of the function whose parameters or body begin at `column` (0-based) of a packed line; null when its end is not on the line. */
export function functionText(line: string, column: number): string | null {
  const rest = line.slice(column, column + maxFunctionLength);
  const code = rest.replace(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`/g, (text) => '_'.repeat(text.length));
  let depth = 0;
  for (let index = 0; index < code.length; index++) {
    const char = code.charAt(index);
    if ('([{'.includes(char)) depth++;
    else if (')]}'.includes(char)) depth--;
    // The end of a body, or of what surrounds an arrow function without one.
    if (depth < 0 || (depth === 0 && (char === ';' || char === ','))) return rest.slice(0, index);
    if (depth === 0 && char === '}') return rest.slice(0, index + 1);
  }
  return null;
}
