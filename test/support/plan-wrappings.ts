const lines = (text: string): string[] => text.split('\n');
const each = (change: (line: string, index: number) => string) => (text: string) => lines(text).map(change).join('\n');
const widest = (text: string): number => Math.max(...lines(text).map((line) => line.length));

/** A log entry of auto_explain: everything behind the first line begins with a tab. */
const logEntry = (text: string): string[] => [
  '2026-11-28 09:52:52.425 UTC [89] LOG:  duration: 99999.500 ms  plan:',
  ...lines(text).map((line) => `\t${line}`),
];
const inLog = (change: (line: string, index: number) => string) => (text: string) => logEntry(text).map(change).join('\n');

function box(text: string): string {
  const width = widest(text);
  const rule = `+${'-'.repeat(width + 2)}+`;
  return [
    rule,
    `| ${'QUERY PLAN'.padEnd(width)} |`,
    rule,
    ...lines(text).map((line) => `| ${line.padEnd(width)} |`),
    rule,
    '(9 rows)',
  ].join('\n');
}

function oneCell(text: string): string {
  const width = widest(text);
  const all = lines(text);
  return [
    ` ${'QUERY PLAN'.padEnd(width)} `,
    '-'.repeat(width + 2),
    ...all.map((line, index) => ` ${line.padEnd(width)}${index < all.length - 1 ? '+' : ''}`),
    '(1 row)',
  ].join('\n');
}

/** A text as Python and Node print it: in the quotes that it does not hold. */
function literal(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\');
  return text.includes("'") && !text.includes('"') ? `"${escaped}"` : `'${escaped.replaceAll("'", "\\'")}'`;
}

const asHtml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function consoleTable(text: string): string {
  const cells = lines(text).map(literal);
  const width = Math.max(...cells.map((cell) => cell.length));
  const rule = (left: string, middle: string, right: string): string => `${left}─────────${middle}${'─'.repeat(width + 2)}${right}`;
  return [
    rule('┌', '┬', '┐'),
    `│ (index) │ ${'QUERY PLAN'.padEnd(width)} │`,
    rule('├', '┼', '┤'),
    ...cells.map((cell, index) => `│ ${String(index).padEnd(7)} │ ${cell.padEnd(width)} │`),
    rule('└', '┴', '┘'),
  ].join('\n');
}

/** What prints around a plan, by name. Each leaves the plan whole. */
export const wrappings: Record<string, (text: string) => string> = {
  nothing: (text) => text,
  'carriage returns': each((line) => `${line}\r`),
  'a byte order mark': (text) => `\uFEFF${text}`,
  'an indented block': each((line) => `    ${line}`),
  'a fenced block': (text) => `The plan:\n\n\`\`\`\n${text}\n\`\`\`\nIs that bad?`,
  'psql, one row a line': (text) =>
    [' QUERY PLAN', '-'.repeat(widest(text) + 2), ...lines(text).map((line) => ` ${line}`), '(9 rows)', '', 'Time: 12.345 ms'].join('\n'),
  'psql, one cell': oneCell,
  'a box': box,
  'psql expanded': (text) =>
    lines(text)
      .map((line, index) => `-[ RECORD ${index + 1} ]-----\nQUERY PLAN | ${line}`)
      .join('\n'),
  DBeaver: (text) =>
    [
      `QUERY PLAN${' '.repeat(widest(text))}|`,
      `${'-'.repeat(widest(text) + 10)}+`,
      ...lines(text).map((line) => `${line.padEnd(widest(text) + 10)}|`),
    ].join('\n'),
  'quotes of pgAdmin': each((line) => `"${line.replaceAll('"', '""')}"`),
  'a CSV cell': (text) => `QUERY PLAN\n"${text.replaceAll('"', '""')}"\n`,
  csvlog: (text) =>
    `2026-04-13 20:08:59.190 UTC,"app","db",83,"[local]",69dd.53,4,"SELECT",2026-04-13 20:08:59 UTC,1/2,0,LOG,00000,"duration: 99999.500 ms  plan:\n${text.replaceAll('"', '""')}",,,,,,,,,"psql","client backend",,0\n`,
  jsonlog: (text) =>
    `${JSON.stringify({ timestamp: '2026-04-13', message: `duration: 99999.500 ms  plan:\n${text}`, backend_type: 'client backend' })}\n`,
  'standard error of the server': (text) =>
    [...logEntry(text), '2026-11-28 09:53:00.000 UTC [89] LOG:  checkpoint starting: time'].join('\n'),
  'docker compose': inLog((line) => `db-1  | ${line}`),
  containerd: inLog((line, index) => `2026-04-13T19:38:45.${index + 100}Z stderr F ${line}`),
  syslog: inLog((line, index) => `Apr 13 19:38:45 db postgres[89]: [5-${index + 1}] ${line.replace(/^\t/, '#011')}`),
  'rsyslog in one line': (text) => `Apr 13 19:38:45 db postgres[89]: [5-1] ${logEntry(text).join('#012').replaceAll('\t', '#011')}`,
  journald: inLog((line) => `Apr 13 19:38:45 db.example.com postgres[89]: ${line}`),
  Heroku: inLog((line, index) => `2026-01-02T03:04:05.${index + 100000}+00:00 app[postgres.123]: [DATABASE] [5-${index + 1}] ${line}`),
  'docker json-file': (text) =>
    logEntry(text)
      .map((line) => JSON.stringify({ log: `${line}\n`, stream: 'stderr', time: '2026-04-13T19:38:45.6Z' }))
      .join('\n'),
  'a program nobody listed': inLog((line, index) => `[worker-7] ${index + 100} pg: ${line}`),
  'rows of a driver': (text) => JSON.stringify(lines(text).map((line) => ({ 'QUERY PLAN': line }))),
  'rows of arrays': (text) => JSON.stringify({ rows: lines(text).map((line) => [line]) }),
  'rows that Python prints': (text) =>
    `[${lines(text)
      .map((line) => `(${literal(line)},)`)
      .join(', ')}]`,
  'rows that Ruby prints': (text) =>
    `[${lines(text)
      .map((line) => `{"QUERY PLAN"=>${JSON.stringify(line)}}`)
      .join(', ')}]`,
  'rows that Node prints': (text) =>
    `[\n${lines(text)
      .map((line) => `  { 'QUERY PLAN': ${literal(line)} }`)
      .join(',\n')}\n]`,
  'console.table of Node': consoleTable,
  'rows of the RDS data API': (text) => JSON.stringify({ records: lines(text).map((line) => [{ stringValue: line }]) }),
  'a page with a table': (text) =>
    `<table><tr><th>QUERY PLAN</th></tr>${lines(text)
      .map((line) => `<tr><td>${asHtml(line)}</td></tr>`)
      .join('\n')}</table>`,
  'lines that a diff adds': each((line) => `+${line}`),
  'a SQL comment': (text) => ['EXPLAIN ANALYZE SELECT 1;', ...lines(text).map((line) => `-- ${line}`)].join('\n'),
  'a quoted mail': each((line) => `> > ${line}`),
  'a comment of a shell': each((line) => `# ${line}`),
  'numbered lines': each((line, index) => `${String(index + 1).padStart(6)}\t${line}`),
  'a page': (text) => `<pre>${asHtml(text)}</pre>`,
  colours: each((line) => `\u001b[32m${line}\u001b[0m`),
};
