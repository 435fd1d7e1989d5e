import type { PlanLine } from '../plan-text.js';

const rule = /^\s*[|+:├┌└╠╔╚╟╓╙]?[-─═━+┼╪╬|]{3,}[|+:┤┐┘╣╗╝╢╖╜]?\s*\+?$/;
/** Of AsciiDoc. */
const otherRule = /^(?:\|====|\[(?:cols|options)=.*\]|\d\+\^\|Record \d+)\s*$/;
const heading = /^[\s|│║┃"]*(?:QUERY PLAN|EXPLAIN|ANALYZE)[\s|│║┃"]*$/;
const rowCount = /^\s*\(\d+ \S+\)\s*$/;
const record = /^[-+|├┌╠╔─═*[ ]*(?:\[ ?RECORD \d+ ?\]|\* Record \d+|\d+\. row)/;
const cellName = /^\s*(?:QUERY PLAN|EXPLAIN|ANALYZE)(?: [|│║]|:)?/;

/** Takes the lines of a table that hold no cell: rules, the heading, the number of rows. What psql wrapped inside a cell is put together again. */
export function withoutTableLines(lines: readonly PlanLine[]): PlanLine[] {
  const width = lines.find(({ text }) => rule.test(text))?.text.trimEnd().length ?? null;
  const cells = lines.filter(({ text }) => !rule.test(text) && !otherRule.test(text) && !heading.test(text) && !rowCount.test(text));
  return joinWrapped(cells, width).map((line) => ({ ...line, text: withoutNewlineMark(line.text) }));
}

/** psql marks a line break inside a cell in its last column: `+`, or `↵` in the unicode style. */
function withoutNewlineMark(text: string): string {
  const trimmed = text.trimEnd();
  return trimmed.endsWith('+') || trimmed.endsWith('↵') ? trimmed.slice(0, -1).trimEnd() : text;
}

/**
 * psql marks where it wrapped a cell in the last column and in the one before the next part: `.`, or `…` in the unicode style. Without borders there is only
 * the column behind the rule below the heading, blank in the old style.
 */
function joinWrapped(lines: readonly PlanLine[], width: number | null): PlanLine[] {
  const joined: PlanLine[] = [];
  // A cell that is wider than its column was not wrapped: somebody shortened the rule.
  const isWider = width !== null && lines.some(({ text }) => text.trimEnd().length > width + 1);
  const isBehind = (text: string): boolean => width !== null && !isWider && text.length === width + 1 && !/[+↵]$/.test(text);
  // In a cell of many lines, all but the last have the column for the mark.
  const mayBeUnmarked = 2 * lines.filter(({ text }) => isBehind(text)).length <= lines.length;
  let open: 'no' | 'marked' | 'unmarked' = 'no';
  for (const [index, line] of lines.entries()) {
    const last = joined.at(-1);
    const text: string = open === 'marked' ? line.text.slice(1) : line.text;
    const own: string = text.trimEnd();
    const isOpen = open !== 'no';
    const isMarked = /[.…]$/.test(own) && /^[.…]/.test(lines[index + 1]?.text ?? '');
    open = mayBeUnmarked && isBehind(line.text) ? 'unmarked' : isMarked ? 'marked' : 'no';
    const cell = { no: text, marked: own.slice(0, -1), unmarked: text.slice(0, -1) }[open];
    if (isOpen && last !== undefined) joined[joined.length - 1] = { ...last, text: last.text + cell };
    else joined.push({ ...line, text: cell });
  }
  return joined;
}

/** The expanded display of psql (`\x`) and of MySQL (`\G`): the cells of all records below each other, each with the column of its wrap marks. */
export function cellsOfRecords(lines: readonly PlanLine[]): PlanLine[] {
  const rows = lines.filter(({ text }) => text.trim() !== '' && !record.test(text) && !rule.test(text) && !rowCount.test(text));
  const records = lines.filter(({ text }) => record.test(text)).length;
  if (records === 0) return [...lines];
  // MySQL prints the further lines of a cell as they are.
  const named =
    rows.map(({ text }) => (/^\s*QUERY PLAN/.test(text) ? (cellName.exec(text)?.[0].length ?? 0) : 0)).find((length) => length > 0) ?? 0;
  const seams = {
    // Cells between borders are all as wide, and end with a blank before the border.
    isBoxed: rows.length > 1 && new Set(rows.map(({ text }) => text.length)).size === 1,
    // A record for each line: what goes on below it was wrapped, even where nothing marks that.
    isLineEach: 3 * records >= rows.length,
  };
  const cells: PlanLine[] = [];
  for (const line of rows) {
    const name = cellName.exec(line.text);
    const isBelow = named > 0 && /^\s*[|│║:;]?$/.test(line.text.slice(0, named));
    const last = cells.at(-1);
    const goesOn = last !== undefined && name === null && isBelow && isWrapped(line.text, named, seams.isLineEach);
    if (goesOn)
      cells[cells.length - 1] = { ...last, text: (seams.isBoxed ? last.text.slice(0, -1) : last.text) + line.text.slice(named + 1) };
    else cells.push({ ...line, text: name !== null || isBelow ? line.text.slice(name?.[0].length ?? named) : line.text });
  }
  return cells;
}

/** The old style says in the border that the line goes on (`;`), the others mark both ends; without a border it says nothing. */
function isWrapped(line: string, named: number, isLineEach: boolean): boolean {
  const border = line[named - 1];
  return border === ';' || (isLineEach && border === ' ' && line[named] === ' ');
}
