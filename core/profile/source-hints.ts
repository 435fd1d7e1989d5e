import type { ProfileCategory } from '../model/profile.js';

/** Text of one source line on which samples fell. `module` is as the profile writes it; `line` is 1-based. */
export interface HotLine {
  module: string;
  line: number;
  text: string;
}

/** A longer line is minified: it holds too many calls to say which one was hot. */
const maxLineLength = 400;

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
  [/\.(?:test|match|matchAll)\s*\(/, 'regex'],
  [/\b\w*(?:regexp?|pattern|matcher|_?re|rx)\w*\s*\.\s*exec\s*\(|\.replace(?:All)?\s*\(\s*\w*(?:regexp?|pattern|re|rx)\b/i, 'regex'],
  [/\b(?:readFileSync|writeFileSync|appendFileSync|readdirSync|statSync|existsSync|openSync|readSync|writeSync|fsyncSync)\s*\(/, 'file-io'],
  [/\bconsole\s*\.\s*(?:log|info|warn|error|debug|trace)\s*\(/, 'logging'],
];

/**
 * What a line of JavaScript spends its time on, when it calls a built-in that has no frame of its own (measured on Node 20: 94 % of the
 * self time of `JSON.stringify` and 99 % of a regular expression's fell on the calling function). Null when the line does not tell.
 */
export function sourceHint(text: string): ProfileCategory | null {
  const line = text.trim();
  if (line.length === 0 || line.length > maxLineLength || /^(?:\/\/|\*|\/\*)/.test(line)) return null;
  return hints.find(([pattern]) => pattern.test(line))?.[1] ?? null;
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
    .replace(/\/\/.*$/, '')
    .replace(/\/\*.*?\*\//g, '');
}
