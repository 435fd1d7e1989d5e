/**
 * What prints around each line of a plan: a log, a terminal, a table, a comment. A peel gives the line without it, or null when the line has none of it.
 * It is used when every line that tells a plan has it, so that it never takes a part of the plan itself.
 */
export interface Peel {
  id: string;
  /** Where it comes from, for the documentation. */
  from: string;
  strip(line: string): string | null;
  /** Some lines have it, as the cells of a CSV file that need quotes. */
  onSome?: true;
}

function prefix(id: string, from: string, pattern: RegExp): Peel {
  return {
    id,
    from,
    strip: (line) => {
      const match = pattern.exec(line);
      return match === null ? null : line.slice(match[0].length);
    },
  };
}

const isoTime = String.raw`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?`;
const sequence = String.raw`(?:\[\d+(?:-\d+)?\] )?`;

/** In the order in which they are tried, the outermost first. */
export const peels: readonly Peel[] = [
  prefix('compose', 'docker compose', /^(?=[\w./-]*[A-Za-z])[\w./-]+\s*\| ?/),
  prefix('cri', 'containerd and CRI-O', new RegExp(`^${isoTime} (?:stdout|stderr) [FP] `)),
  prefix(
    'heroku',
    'Heroku logplex',
    new RegExp(`^(?:<\\d+>)?(?:\\d )?${isoTime} (?:\\S+ )?(?:app|heroku)\\[[\\w.-]+\\]:? ?(?:- - )?(?:\\[[A-Z_0-9]+\\] ?)?${sequence}`),
  ),
  prefix('syslog-5424', 'syslog, RFC 5424', new RegExp(`^<\\d+>1 ${isoTime} \\S+ \\S+ \\S+ \\S+ (?:-|\\[[^\\]]*\\]) ?\\uFEFF?${sequence}`)),
  prefix(
    'syslog',
    'syslog and journald',
    new RegExp(
      `^(?:<\\d+>)?(?:[A-Z][a-z]{2} +\\d+ \\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?|${isoTime}) \\S+ [\\w./-]+(?:\\[\\d+\\])?: ${sequence}`,
    ),
  ),
  prefix('timestamp', 'docker logs -t, kubectl logs --timestamps', new RegExp(`^${isoTime.replace('[T ]', 'T')}(?: |\\t)`)),
  { id: 'box', from: 'psql border 2, unicode, pgcli, MySQL', strip: stripBox },
  prefix('cell-name', 'psql \\x unaligned, CSV and AsciiDoc', /^(?:<l\|)?(?:QUERY PLAN|EXPLAIN|ANALYZE)(?:[|,:]| <l\|) ?/),
  prefix('left-border', 'AsciiDoc, cut tables', /^[|│║┃]/),
  { id: 'right-border', from: 'DBeaver, cut tables', strip: (line) => (/[|│║┃]\s*$/.test(line) ? line.replace(/[|│║┃]\s*$/, '') : null) },
  { id: 'block-comment', from: 'comments of C and SQL that hold a plan each', strip: stripBlockComment, onSome: true },
  prefix('comment', 'SQL, shell and C comments, quotes of mails', /^\s*(?:--(?!>)|\/\/|#(?!011)|>|;|\*(?= )|%)/),
  prefix('diff', 'lines that a diff adds', /^\+/),
  prefix('table-index', 'console.table of Node', /^\s*\d+\s*[|│]/),
  prefix('number', 'numbered lines', /^\s*\d+(?:[:.|)\]]| (?= )|(?=\t))/),
  { id: 'inline-code', from: 'Markdown, a line of code each', strip: stripInlineCode },
  { id: 'quotes', from: 'pgAdmin, CSV with one cell a line', strip: stripQuotes, onSome: true },
  {
    id: 'escaped-tab',
    from: 'rsyslog',
    strip: (line) => (line.startsWith('#011') ? line.replace(/^(?:#011)+/, (tabs) => '\t'.repeat(tabs.length / 4)) : null),
  },
];

function stripBox(line: string): string | null {
  return /^\s*[|│║┃].*[|│║┃]\s*$/.test(line) ? line.replace(/^\s*[|│║┃]/, '').replace(/[|│║┃]\s*$/, '') : null;
}

/** The first line of a plan stands behind the mark, in its column; the last one before the other. */
function stripBlockComment(line: string): string | null {
  const bare = line.replace(/^(\s*)\/\*+/, '$1').replace(/(?<!\s)\s*(?<!\*)\*+\/\s*$/, '');
  return bare === line ? null : bare;
}

/** The indentation stands outside of it. */
function stripInlineCode(line: string): string | null {
  const [, indent = '', code] = /^(\s*)`([^`]*)`\s*$/.exec(line) ?? [];
  return code === undefined ? null : indent + code;
}

function stripQuotes(line: string): string | null {
  const cell = line.trim();
  const quoted = /^"(.*)"\s*,?$/.exec(cell);
  if (quoted !== null) return (quoted[1] ?? '').replaceAll('""', '"');
  return /^'(.*)'\s*,?$/.exec(cell)?.[1]?.replace(/\\(['\\])/g, '$1') ?? null;
}
