import { toOneLine } from './foreign-text.js';

/** One word of a command that can be pasted: unchanged if a shell reads it as it is, otherwise in single quotes, which prevent expansion. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${toOneLine(text).replaceAll("'", `'\\''`)}'`;
}
