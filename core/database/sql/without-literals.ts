/**
 * SQL as it may be kept: every constant is a parameter (`$n` as in pg_stat_statements, `?` of MySQL), comments are gone. Text of a running statement holds what people typed (names, numbers of cards,
 * passwords of roles) and must not get into a history, a report or a search.
 *
 * It reads tokens as the server's lexer does, not the grammar, because servers cut the text of a long statement off (1024 bytes by default). Where the
 * text does not tell whether a quote ends a constant, the rest is left out.
 */
export function withoutLiterals(statement: string, dialect: 'postgres' | 'mysql' = 'postgres'): string {
  let kept = '';
  let at = 0;
  let numbers = Math.max(0, ...[...statement.matchAll(/\$(\d{1,5})/g)].map(([, number]) => Number(number)));
  const parameter = (): string => (dialect === 'mysql' ? '?' : `$${(numbers += 1)}`);
  while (at < statement.length) {
    const token = tokenAt(statement, at, dialect);
    if (token.end === null) return `${kept}${parameter()}…`.trim();
    kept += token.kind === 'constant' ? parameter() : token.kind === 'comment' ? ' ' : statement.slice(at, token.end);
    at = token.end;
  }
  return kept.replace(/[ \t]{2,}/g, ' ').trim();
}

interface Token {
  kind: 'constant' | 'comment' | 'other';
  /** Null: it has no certain end. */
  end: number | null;
}

/** Sticky, tried in this order at each place. */
const patterns = {
  lineComment: /--[^\n]*/y,
  /** E'…' with escapes; B, X, N and U& take none. A string that is continued after a line break is one more constant. */
  escaped: /[eE]'(?:[^'\\]|''|\\[\s\S])*'/y,
  plain: /(?:[bBxXnN]|[uU]&)?'(?:[^']|'')*'/y,
  opened: /(?:[bBxXnNeE]|[uU]&)?'/y,
  dollar: /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y,
  parameter: /\$\d+/y,
  word: /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y,
  number: /(?:0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?)/y,
  identifier: /"(?:[^"]|"")*"/y,
  backticked: /`(?:[^`]|``)*`/y,
  mysqlText: /'(?:[^'\\]|''|\\[\s\S])*'|"(?:[^"\\]|""|\\[\s\S])*"/y,
};

function endOf(pattern: RegExp, text: string, at: number): number | null {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : null;
}

function tokenAt(text: string, at: number, dialect: 'postgres' | 'mysql'): Token {
  const comment = commentAt(text, at, dialect);
  if (comment !== null) return comment;
  const quoted = dialect === 'postgres' ? postgresText(text, at) : mysqlText(text, at);
  if (quoted !== null) return quoted;
  const other = endOf(patterns.parameter, text, at) ?? endOf(patterns.word, text, at);
  if (other !== null) return { kind: 'other', end: other };
  const number = endOf(patterns.number, text, at);
  return number === null ? { kind: 'other', end: at + 1 } : { kind: 'constant', end: number };
}

function commentAt(text: string, at: number, dialect: 'postgres' | 'mysql'): Token | null {
  const line = endOf(patterns.lineComment, text, at) ?? (dialect === 'mysql' && text[at] === '#' ? endOf(/#[^\n]*/y, text, at) : null);
  if (line !== null) return { kind: 'comment', end: line };
  if (!text.startsWith('/*', at)) return null;
  let depth = 1;
  let next = at + 2;
  while (depth > 0) {
    const close = text.indexOf('*/', next);
    if (close < 0) return { kind: 'comment', end: text.length };
    const open = dialect === 'postgres' ? text.indexOf('/*', next) : -1;
    depth += open >= 0 && open < close ? 1 : -1;
    next = (open >= 0 && open < close ? open : close) + 2;
  }
  return { kind: 'comment', end: next };
}

function postgresText(text: string, at: number): Token | null {
  const identifier = text[at] === '"' ? (endOf(patterns.identifier, text, at) ?? undefined) : null;
  if (identifier !== null) return { kind: 'other', end: identifier ?? null };
  const escaped = endOf(patterns.escaped, text, at);
  if (escaped !== null) return { kind: 'constant', end: escaped };
  const plain = /[eE]/.test(text[at] ?? '') ? null : endOf(patterns.plain, text, at);
  // With standard_conforming_strings off a backslash hides the quote behind it. What the session has set cannot be seen.
  if (plain !== null) return { kind: 'constant', end: text.slice(at, plain).includes("\\'") ? null : plain };
  if (endOf(patterns.opened, text, at) !== null) return { kind: 'constant', end: null };
  const tag = endOf(patterns.dollar, text, at);
  if (tag === null) return null;
  const close = text.indexOf(text.slice(at, tag), tag);
  return { kind: 'constant', end: close < 0 ? null : close + tag - at };
}

function mysqlText(text: string, at: number): Token | null {
  if (text[at] === '`') return { kind: 'other', end: endOf(patterns.backticked, text, at) };
  if (text[at] !== "'" && text[at] !== '"') return null;
  return { kind: 'constant', end: endOf(patterns.mysqlText, text, at) };
}
