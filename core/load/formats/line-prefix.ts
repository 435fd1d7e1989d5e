/** What a log puts in front of a line is as long as this at most. */
export const longestPrefix = 200;

/** Digits of a time or a counter differ from line to line. */
const shapeOf = (text: string): string => text.replace(/\d+/g, '0');

/**
 * Lines without what a log (of CI, of containers) puts in front of each: `prefix` is what stands before a line that is known. Lines that begin otherwise
 * stay as they are. A prefix of blanks alone is none.
 */
export function withoutPrefix(lines: readonly string[], prefix: string): string[] {
  const shape = shapeOf(prefix.trimEnd());
  if (shape === '' || prefix.length > longestPrefix) return [...lines];
  return lines.map((line) => afterShape(line, shape) ?? line);
}

/** The rest of a line behind a beginning of that shape, less one blank; null when it begins otherwise. */
function afterShape(line: string, shape: string): string | null {
  let at = 0;
  for (const character of shape) {
    if (character === '0') {
      const from = at;
      while (/\d/.test(line.charAt(at))) at++;
      if (at === from) return null;
    } else if (line[at] === character) at++;
    else return null;
  }
  return line.slice(line[at] === ' ' ? at + 1 : at);
}
