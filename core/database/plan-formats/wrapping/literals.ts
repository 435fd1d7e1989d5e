/** `\n` inside a literal is a break; any other escaped character stands for itself. */
const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

/** A literal begins behind one of these, with or without blanks between. */
const mayPrecede = /[[({,:>=\s]/;
const mayFollow = /[\])},:\s=]/;

/** Brackets, and the names of rows in Python's libraries. */
const betweenLiterals = /^(?:[\s[\](){},:=>]|Row|RealDictRow|OrderedDict|QUERY PLAN)*$/;

/**
 * The texts in the rows of a driver as a language prints them: `[('Seq Scan on a …',), …]` of Python, `[{"QUERY PLAN"=>"…"}, …]` of Ruby,
 * `[ { 'QUERY PLAN': '…' }, …]` of Node. Null when anything else stands between them, or none of them tells a plan.
 */
export function rowsOfLiterals(text: string, tells: RegExp): string[] | null {
  const trimmed = text.trim();
  if (!/^[[({]/.test(trimmed) || !/[\])}]$/.test(trimmed)) return null;
  const found: string[] = [];
  let outside = '';
  for (let at = 0; at < trimmed.length;) {
    const literal = isQuote(trimmed[at]) && mayPrecede.test(trimmed[at - 1] ?? ' ') ? literalAt(trimmed, at) : null;
    if (literal === null) outside += trimmed[at++] ?? '';
    else {
      found.push(literal.value);
      at = literal.end;
    }
  }
  if (!betweenLiterals.test(outside) || !found.some((value) => tells.test(value))) return null;
  return found.filter((value) => !/^(?:QUERY PLAN|EXPLAIN)$/.test(value));
}

function isQuote(character: string | undefined): boolean {
  return character === "'" || character === '"';
}

/** Ends at the first quote of its kind that is not escaped and has behind it what may stand behind a value. */
function literalAt(text: string, start: number): { value: string; end: number } | null {
  const quote = text[start] ?? '';
  let value = '';
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at] ?? '';
    if (character === '\\') {
      const next = text[++at] ?? '';
      value += escapes[next] ?? next;
    } else if (character === quote && mayFollow.test(text[at + 1] ?? ' ')) return { value, end: at + 1 };
    else value += character;
  }
  return null;
}
