import { UnreadableInputError } from '../../model/errors.js';
import { forEachLine } from '../../profile/formats/input/text-lines.js';

/** Cells of one line; quoted cells may hold the separator and doubled quotes. */
export function splitCells(line: string, separator = ','): string[] {
  if (!line.includes('"')) return line.split(separator);
  const cells: string[] = [];
  for (let at = 0; at <= line.length;) {
    if (line[at] === '"') {
      const end = closingQuote(line, at + 1);
      cells.push(line.slice(at + 1, end).replaceAll('""', '"'));
      at = nextCell(line, end + 1, separator);
    } else {
      const end = nextCell(line, at, separator);
      cells.push(line.slice(at, end - 1));
      at = end;
    }
  }
  return cells;
}

function closingQuote(line: string, from: number): number {
  for (let at = line.indexOf('"', from); at !== -1; at = line.indexOf('"', at + 2)) {
    if (line[at + 1] !== '"') return at;
  }
  return line.length;
}

/** Index after the next separator, or one past the end. */
function nextCell(line: string, from: number, separator: string): number {
  const found = line.indexOf(separator, from);
  return (found === -1 ? line.length : found) + 1;
}

/** A line that goes on after a quote was opened: a message with line ends in it. */
function isOpen(line: string): boolean {
  return (line.split('"').length - 1) % 2 === 1;
}

/** Longer than any message: what is still open then is a stray quote. */
const longestRecord = 100_000;
/** A killed run cuts its last line, and a full disk a few more; with more the file is something else. */
const maxBadShare = 0.01;

/**
 * Calls `onRow` for every record below a header line; false = its cells are no such record. `row(name)` is the cell of that column.
 * `wanted` columns must be there. Records that are too short or not taken are counted; more than one in a hundred refuse the file.
 * Returns what to tell of those: nothing where none was left out.
 */
export async function forEachRow(
  source: AsyncIterable<Uint8Array>,
  what: string,
  wanted: readonly string[],
  onRow: (row: (column: string) => string) => boolean,
  options: { header?: readonly string[]; separator?: string } = {},
): Promise<string[]> {
  let columns = options.header === undefined ? null : indexOf(options.header, what, wanted);
  const { separator = ',' } = options;
  const tally = { rows: 0, bad: 0, firstBad: '' };
  let pending = '';
  await forEachLine(source, (raw) => {
    const line = pending === '' ? raw : `${pending}\n${raw}`;
    pending = '';
    if (line.trim() === '') return;
    if (isOpen(line) && line.length < longestRecord) {
      pending = line;
      return;
    }
    const cells = splitCells(columns === null ? line.replace(/^\uFEFF/, '') : line, separator);
    if (columns === null) {
      columns = indexOf(cells, what, wanted);
      return;
    }
    const known = columns;
    if (cells.length >= known.size && onRow((column) => cells[known.get(column) ?? -1] ?? '')) {
      tally.rows++;
      return;
    }
    tally.bad++;
    if (tally.firstBad === '') tally.firstBad = line.slice(0, 120);
  });
  if (pending !== '') {
    tally.bad++;
    if (tally.firstBad === '') tally.firstBad = pending.slice(0, 120);
  }
  refuseMany(what, tally);
  const { rows, bad, firstBad } = tally;
  return bad === 0 ? [] : [`${bad} of ${rows + bad} lines are no whole records and are left out, the first of them "${firstBad}"`];
}

function indexOf(cells: readonly string[], what: string, wanted: readonly string[]): Map<string, number> {
  const columns = new Map(cells.map((name, index) => [name.trim(), index]));
  const missing = wanted.filter((name) => !columns.has(name));
  if (missing.length === 0) return columns;
  throw new UnreadableInputError(
    `${what}: expected the columns ${wanted.join(', ')}, got ${cells.slice(0, 8).join(', ').slice(0, 200)}; let the tool write ${missing.join(', ')} too`,
  );
}

function refuseMany(what: string, { rows, bad, firstBad }: { rows: number; bad: number; firstBad: string }): void {
  if (bad <= Math.max(1, maxBadShare * (rows + bad))) return;
  throw new UnreadableInputError(
    `${what}: expected one record a line, but ${bad} of ${rows + bad} lines are not, the first of them "${firstBad}"; give the unmodified file`,
  );
}
