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

/** Does every quoted cell end before a separator or at the end? Two stray quotes would make one cell of all lines between them. */
function isWellQuoted(record: string, separator: string): boolean {
  for (let at = 0; at < record.length;) {
    const isQuoted = record[at] === '"';
    const end = isQuoted ? closingQuote(record, at + 1) + 1 : at;
    if (isQuoted && end < record.length && record[end] !== separator) return false;
    at = nextCell(record, end, separator);
  }
  return true;
}

/** Index after the next separator, or one past the end. */
function nextCell(line: string, from: number, separator: string): number {
  const found = line.indexOf(separator, from);
  return (found === -1 ? line.length : found) + 1;
}

/** A line in which a quote opens or closes: a message with line ends in it. */
function hasOddQuotes(line: string): boolean {
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
  const tally: RowTally = { rows: 0, bad: 0, firstBad: '' };
  const addRecord = (line: string): boolean => {
    const cells = splitCells(columns === null ? line.replace(/^\uFEFF/, '') : line, separator);
    if (columns === null) {
      columns = indexOf(cells, what, wanted);
      return true;
    }
    const known = columns;
    const isTaken = cells.length >= known.size && onRow((column) => cells[known.get(column) ?? -1] ?? '');
    if (isTaken) tally.rows++;
    return isTaken;
  };
  await forEachRecord(source, separator, (record, isRest) => {
    if (addRecord(record) || isRest) return;
    tally.bad++;
    if (tally.firstBad === '') tally.firstBad = record.slice(0, 120);
  });
  refuseMany(what, tally, 'lines');
  return leftOut(tally, 'lines are no whole records');
}

/**
 * Calls `onRecord` for every line, or for several of them where a quoted cell has line ends in it. A quote that stays open was a stray one: then
 * its line comes alone, and the lines behind it one by one as what may be records or the rest of the cell (`isRest`).
 */
async function forEachRecord(
  source: AsyncIterable<Uint8Array>,
  separator: string,
  onRecord: (record: string, isRest: boolean) => void,
): Promise<void> {
  let pending: string[] = [];
  let length = 0;
  const giveUp = (): void => {
    for (const [index, line] of pending.entries()) onRecord(line, index > 0);
    pending = [];
  };
  await forEachLine(source, (line) => {
    const isInside = pending.length > 0;
    if (!isInside && line.trim() === '') return;
    const changes = hasOddQuotes(line);
    if (!isInside && !changes) {
      onRecord(line, false);
      return;
    }
    length = (isInside ? length : 0) + line.length;
    pending.push(line);
    if (isInside && changes && isWellQuoted(pending.join('\n'), separator)) {
      onRecord(pending.join('\n'), false);
      pending = [];
    } else if ((isInside && changes) || length >= longestRecord) giveUp();
  });
  giveUp();
}

export interface RowTally {
  rows: number;
  bad: number;
  /** The beginning of the first record that is none. */
  firstBad: string;
}

/** What to tell of records that are none; nothing where there are none. */
export function leftOut({ rows, bad, firstBad }: RowTally, what: string): string[] {
  return bad === 0 ? [] : [`${bad} of ${rows + bad} ${what} and are left out, the first of them "${firstBad}"`];
}

function indexOf(cells: readonly string[], what: string, wanted: readonly string[]): Map<string, number> {
  const columns = new Map(cells.map((name, index) => [name.trim(), index]));
  const missing = wanted.filter((name) => !columns.has(name));
  if (missing.length === 0) return columns;
  throw new UnreadableInputError(
    `${what}: expected the columns ${wanted.join(', ')}, got ${cells.slice(0, 8).join(', ').slice(0, 200)}; let the tool write ${missing.join(', ')} too`,
  );
}

/** Throws UnreadableInputError where more than one in a hundred is no record. */
export function refuseMany(what: string, { rows, bad, firstBad }: RowTally, unit: 'lines' | 'samples'): void {
  if (bad <= Math.max(1, maxBadShare * (rows + bad))) return;
  throw new UnreadableInputError(
    `${what}: expected whole records, but ${bad} of ${rows + bad} ${unit} are none, the first of them "${firstBad}"; give the unmodified file`,
  );
}
