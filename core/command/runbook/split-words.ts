/** What a shell would do with these, we do not: an argv is a list of words. Kept within quotes and within `{{…}}`. */
const shellSigns = /[|&;<>$`()*?~#\\]/;

export type Words = { ok: true; words: string[] } | { ok: false; why: string };

/**
 * Splits one line into the words of an argv: by blanks, with single and double quotes. Nothing is expanded; a sign that only a shell understands is
 * refused, since whoever wrote it expects a shell.
 */
export function splitWords(line: string): Words {
  const words: string[] = [];
  const part = /\s*(?:((?:\{\{[^}]*\}\}|'[^']*'|"[^"]*"|[^\s'"{]|\{(?!\{))+))/gy;
  let end = 0;
  for (let match = part.exec(line); match !== null; match = part.exec(line)) {
    end = part.lastIndex;
    const word = match[1] ?? '';
    const bare = word.replaceAll(/(?<!\{)\{\{[^}]*\}\}|'[^']*'|"[^"]*"/g, '');
    const sign = shellSigns.exec(bare)?.[0];
    if (sign !== undefined) return { ok: false, why: `"${sign}" means something to a shell only; quote it, or use kind: shell` };
    words.push(
      word.replaceAll(
        /(?<!\{)(\{\{[^}]*\}\})|'([^']*)'|"([^"]*)"/g,
        (_, kept?: string, single?: string, double?: string) => kept ?? single ?? double ?? '',
      ),
    );
  }
  const rest = line.slice(end).trim();
  if (rest !== '') return { ok: false, why: `a quote or brace is not closed: ${rest.slice(0, 40)}` };
  return words.length === 0 ? { ok: false, why: 'there is no word in it' } : { ok: true, words };
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** An argv as one would type it. */
export function joinWords(argv: readonly string[]): string {
  return argv.map(quoted).join(' ');
}
