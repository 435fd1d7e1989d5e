/** At most so many characters: a longer sentence ends behind a whole word, with the sign that it goes on. */
export function cutText(text: string, most: number): string {
  if (text.length <= most) return text;
  const kept = text.slice(0, most - 1);
  const end = /\s/.test(text.charAt(most - 1)) ? kept.length : kept.search(/(?<!\s)\s+\S*$/);
  // One word that is longer than half of it is cut like any text.
  return `${(end < most / 2 ? kept : kept.slice(0, end)).replace(/(?<![\s,;:.(–-])[\s,;:.(–-]+$|[\ud800-\udbff]$/g, '')}…`;
}
