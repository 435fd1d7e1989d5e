/**
 * Frame names, SQL, labels and addresses come from systems that may be hostile. Characters that hide or reorder text (controls, bidirectional overrides,
 * zero-width characters, lone surrogates) become visible escapes such as `\u202e`; line breaks and tabs become one space.
 */
export function toOneLine(text: string): string {
  return showHidden(text.replace(/\s+/g, (blanks) => (/[\r\n\u2028\u2029\t\v\f]/.test(blanks) ? ' ' : blanks))).trim();
}

function showHidden(text: string): string {
  // Cc: controls. Cf: format characters (bidirectional, zero-width, tags). Cs: lone surrogates. The Hangul fillers are letters that print nothing.
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\u115f\u1160\u3164\uffa0]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** At most `limit` characters; a cut is marked and never splits a surrogate pair. */
export function shorten(text: string, limit: number): string {
  const characters = Array.from(text);
  return characters.length <= limit ? text : `${characters.slice(0, limit - 1).join('')}…`;
}
