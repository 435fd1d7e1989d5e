import { describeTitle, type RawRecord } from './node-title.js';

const number = String.raw`\d+(?:\.\d+)?(?:e[+-]?\d+)?`;
const estimates = String.raw`\(cost=${number}\.\.(${number}) rows=(\d+) width=\d+\)`;
const actuals = String.raw`\((?:(never executed)|actual(?: time=(${number})\.\.(${number}))? rows=(${number}) loops=(\d+))\)`;
const numbersBegin = /\((?:cost=\d|actual |never executed)/;
/** The beginning of the numbers in the title: they were cut at a blank that is none. */
const numbersCut = /\(\s*cost|\((?:c|co|cos|a|ac|act|actu|actua)\s|\b(?:rows|width)=/;
/** Two quoted names of 63 characters each, a schema, an alias: a title is far shorter. */
const longestTitle = 1000;
const numbers = new RegExp(String.raw`^(?:${estimates})?\s*(?:${actuals})?(.*)`, 's');

/** What only the line of a node has. A line with it that is neither a node nor a detail of one was cut, or is of another program. */
const looksLikeHead = /\((?:cost=\d|actual (?:time|rows)=\d|never executed\))|^\s*->/;
const detailLine = /^\s*(?:[A-Z][\w/. -]*|I\/O Timings|Trigger .*?):(?:\s|$)/;

export interface HeadLine {
  /** Column of the arrow; null at the root, which has none. */
  arrowColumn: number | null;
  titleColumn: number;
  title: string;
  node: RawRecord;
}

/** Null when the line is no complete line of a node. */
export function readHeadLine(line: string): HeadLine | null {
  if (isDetail(line)) return null;
  const begin = line.search(numbersBegin);
  const match = /^(\s*)(->\s*)?/.exec(line);
  const title = withoutElided(line.slice(match?.[0].length ?? 0, Math.max(0, begin)).trimEnd());
  const measured = numbers.exec(line.slice(Math.max(0, begin)));
  if (begin < 0 || match === null || measured === null || title === '' || title.length > longestTitle || numbersCut.test(title))
    return null;
  const [, indent = '', arrow] = match;
  const [, totalCost, planRows, never, startupMs, totalMs, rows, loops, tail = ''] = measured;
  if (totalCost === undefined && never === undefined && rows === undefined) return null;
  // Half a bracket behind it: the rest of the measurements stands in the next line.
  if (count(tail, '(') !== count(tail, ')') || looksLikeHead.test(tail)) return null;
  const given = { 'Total Cost': totalCost, 'Plan Rows': planRows, 'Actual Startup Time': startupMs, 'Actual Total Time': totalMs };
  const counted = { 'Actual Rows': rows, 'Actual Loops': loops };
  const node: RawRecord = describeTitle(title);
  for (const [key, value] of Object.entries({ ...given, ...counted })) if (value !== undefined) node[key] = Number(value);
  if (never !== undefined) Object.assign(node, { 'Actual Total Time': 0, 'Actual Rows': 0, 'Actual Loops': 0 });
  const arrowColumn = arrow === undefined ? null : indent.length;
  return { arrowColumn, titleColumn: indent.length + (arrow?.length ?? 0), title, node };
}

/** Who shows times alone writes `(...)`, `(cost=…)` where the estimates stood. */
function withoutElided(title: string): string {
  return title.replace(/(?<!\s)\s*\((?:cost=)?(?:\.{2,3}|…)\)$/, '');
}

/** `Filter: …`, `Worker 0: …`: no title of a node holds a colon before a blank. */
export function isDetail(line: string): boolean {
  return detailLine.test(line);
}

export function isHeadlike(line: string): boolean {
  return !isDetail(line) && looksLikeHead.test(line);
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}
