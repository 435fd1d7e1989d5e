import { toOneLine } from './foreign-text.js';

/** One word of a command that can be pasted: as it is where a shell reads it so, else in single quotes, in which nothing is expanded. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${toOneLine(text).replaceAll("'", `'\\''`)}'`;
}
