import { UnreadableInputError } from '../../model/errors.js';
import type { PlanFormat } from './format.js';
import { leavesOut, quoteLine, type PlanLine } from './plan-text.js';
import { measuredInMysql, readsOfMysql, requireWholeTree } from './whole-tree.js';

type RawRecord = Record<string, unknown>;

export const mysqlAdvice = 'EXPLAIN ANALYZE <statement> (MySQL 8.0.18 or newer; it executes the statement)';

const number = String.raw`\d+(?:\.\d+)?(?:e[+-]?\d+)?`;
const estimates = String.raw`\(cost=(?:${number}\.\.)?(${number})(?: rows=(${number}))?\)`;
const actuals = String.raw`\((?:(never executed)|actual time=${number}\.\.(${number}) rows=(${number}) loops=(${number}))\)`;
/** What people write behind a line is no part of it. */
const remark = String.raw`\s+(?:--|#|\/\/|←|<).*`;
const numbers = new RegExp(String.raw`^(?:${estimates})?(?:\s*${actuals})?(?:${remark}|\s*)$`);
const arrow = /^(\s*)->\s+(\S.*)$/;

export const mysqlTree: PlanFormat = {
  id: 'mysql-tree',
  engine: 'mysql',
  tool: 'EXPLAIN FORMAT=TREE, EXPLAIN ANALYZE',
  versions: '8.0.16 to 9',
  exactness: 'exact to the printed digits; what has no numbers of its own gets those of what it reads',
  advice: mysqlAdvice,
  // Without the arrow before it: looking for that from every arrow of a long line would take the square of its length.
  tells:
    /\((?:cost=[\d.e+]{1,40}(?: rows=[\d.e+]{1,30})?|actual time=[\d.e+-]{1,60} rows=[\d.e+-]{1,30} loops=[\d.e+]{1,20}|never executed)\)/,
  readText({ lines }) {
    const tree = withWholeLines(lines).map((line) => ({
      ...line,
      text: line.text.replace(/^\s*(?:[|│]|EXPLAIN:)\s?(?=->)/, '').trimEnd(),
    }));
    return isOfPostgres(tree) ? [] : readTrees(tree);
  },
};

/** PostgreSQL's root has no arrow, its estimates have a width, and it alone counts rows without a time (TIMING OFF). */
function isOfPostgres(lines: readonly PlanLine[]): boolean {
  const first = lines.find(({ text }) => mysqlTree.tells.test(text) || rowsAlone.test(text));
  return (
    first === undefined ||
    !arrow.test(first.text) ||
    lines.some(({ text }) => rowsAlone.test(text) || /\(cost=[\d.]{1,40} rows=\d{1,20} width=\d{1,20}\)/.test(text))
  );
}

const rowsAlone = /\(actual rows=[\d.]{1,40} loops=\d{1,20}\)/;

/** Numbers in a line of their own, as some clients break it. */
function withWholeLines(lines: readonly PlanLine[]): PlanLine[] {
  const whole: PlanLine[] = [];
  for (const line of lines) {
    const last = whole.at(-1);
    if (last !== undefined && /^\s*\((?:cost=\d|actual time=\d|never executed\))/.test(line.text) && last.text.includes('->'))
      whole[whole.length - 1] = { ...last, text: `${last.text.trimEnd()}  ${line.text.trim()}` };
    else whole.push(line);
  }
  return whole;
}

function readTrees(lines: readonly PlanLine[]): RawRecord[] {
  const roots: RawRecord[] = [];
  const open: { column: number; node: RawRecord; subquery: string | null }[] = [];
  let isSeparated = false;
  let leftOut: PlanLine | null = null;
  for (const line of lines) {
    const match = arrow.exec(line.text);
    if (match === null) {
      isSeparated = true;
      if (open.length > 0 && leavesOut(line.text)) {
        if (/^\s{2}/.test(line.text)) refuse(line);
        leftOut = line;
      }
      if (/\((?:cost=[\d.]+|actual time=)/.test(line.text)) refuse(line);
      continue;
    }
    const [, indent = '', text = ''] = match;
    const last = open.at(-1);
    while (open.length > 0 && (open.at(-1)?.column ?? 0) >= indent.length) open.pop();
    // As far left as the root, dots stand for what follows in the page, unless the tree goes on behind them.
    if (leftOut !== null && open.length > 0) refuse(leftOut);
    leftOut = null;
    // A second root right behind the first: a plan of one step, or one whose indentation is lost.
    if (open.length === 0 && last !== undefined && !isSeparated && (indent.length > 0 || childrenOf(last.node).length === 0)) refuse(line);
    isSeparated = false;
    const above = open.at(-1);
    const subquery = /^Select #\d+ \((.*)\)$/.exec(text)?.[1];
    if (subquery !== undefined && above !== undefined) {
      open.push({ column: indent.length, node: above.node, subquery: text });
      continue;
    }
    const node = readNode(text, line);
    if (above === undefined) roots.push({ Plan: node });
    else placeBelow(above.node, node, above.subquery);
    open.push({ column: indent.length, node, subquery: null });
  }
  for (const { Plan: root } of roots) {
    requireWholeTree(root as RawRecord, readsOfMysql, measuredInMysql, mysqlAdvice);
    fillTimes(root as RawRecord);
  }
  return roots;
}

function refuse(line: PlanLine): never {
  throw new UnreadableInputError(
    `Expected each step of MySQL's plan in a line "-> Table scan on t  (cost=… rows=…) (actual time=… rows=… loops=…)", indented below what reads it, but got ${quoteLine(line)}. ` +
      'A part of a plan would be told as the whole. Copy it again as it was printed.',
  );
}

function placeBelow(parent: RawRecord, node: RawRecord, subquery: string | null): void {
  const children = childrenOf(parent);
  if (subquery !== null) Object.assign(node, { 'Subplan Name': subquery, 'Parent Relationship': 'SubPlan' });
  else node['Parent Relationship'] = children.length === 0 ? 'Outer' : 'Inner';
  parent['Plans'] = [...children, node];
}

function childrenOf(node: RawRecord): RawRecord[] {
  return Array.isArray(node['Plans']) ? (node['Plans'] as RawRecord[]) : [];
}

function readNode(text: string, line: PlanLine): RawRecord {
  const begin = text.search(/\s\((?:cost=\d|actual time=\d|never executed\))/);
  const measured = numbers.exec(begin < 0 ? '' : text.slice(begin).trim());
  if (measured === null) refuse(line);
  const [, totalCost, planRows, never, totalMs, rows, loops] = measured;
  const node = describeStep(begin < 0 ? text : text.slice(0, begin).trim());
  const given = {
    'Total Cost': totalCost,
    'Plan Rows': planRows,
    'Actual Total Time': totalMs,
    'Actual Rows': rows,
    'Actual Loops': loops,
  };
  for (const [key, value] of Object.entries(given)) if (value !== undefined) node[key] = Number(value);
  if (never !== undefined) Object.assign(node, { 'Actual Total Time': 0, 'Actual Rows': 0, 'Actual Loops': 0 });
  return node;
}

/** `Index lookup on o using by_customer (customer_id=c.id)`, `Filter: (o.a > 3)`, `Limit: 10 row(s)`: the step, what it reads, and its condition. */
export function describeStep(text: string): RawRecord {
  const labelled = /^([A-Z][\w ]*?): (.*)$/.exec(text);
  if (labelled !== null) {
    const [, type = '', rest = ''] = labelled;
    return { 'Node Type': type, ...(type === 'Filter' ? { Filter: rest } : { Details: rest }) };
  }
  const access = /^(.+?) on (<[^<>]*>|`[^`]+`|[^\s(]+)(?: using ([^\s(,]+))?,?\s*(.*)/s.exec(text);
  if (access === null) {
    const bracket = text.endsWith(')') ? text.indexOf(' (') : -1;
    if (bracket === -1) return { 'Node Type': text };
    return { 'Node Type': text.slice(0, bracket), ...(text.includes('join') ? { 'Hash Cond': text.slice(bracket + 2, -1) } : {}) };
  }
  const [, type = '', target = '', index, condition = ''] = access;
  const read = target.startsWith('<') ? {} : { 'Relation Name': target.replaceAll('`', ''), Alias: target.replaceAll('`', '') };
  const by = index === undefined ? {} : { 'Index Name': index };
  return { 'Node Type': type, ...read, ...by, ...(condition === '' ? {} : { 'Index Cond': condition }) };
}

/** A step without numbers, `-> Hash`, takes as long as what it reads. A filter drops what it reads and does not hand on. */
export function fillTimes(node: RawRecord): void {
  const children = childrenOf(node);
  children.forEach(fillTimes);
  const ran = children.filter((child) => child['Actual Loops'] !== undefined);
  if (node['Actual Loops'] === undefined && ran.length > 0) {
    const rows = ran.length === 1 ? totalOf(ran[0], 'Actual Rows') : 0;
    Object.assign(node, {
      'Actual Total Time': ran.reduce((sum, child) => sum + totalOf(child, 'Actual Total Time'), 0),
      'Actual Rows': rows,
      'Actual Loops': 1,
    });
  }
  const [read] = children;
  tellFilledTable(node, read);
  const loops = numberOf(node['Actual Loops']);
  if (node['Node Type'] !== 'Filter' || read === undefined || loops === 0) return;
  node['Rows Removed by Filter'] = Math.max(0, totalOf(read, 'Actual Rows') - totalOf(node, 'Actual Rows')) / loops;
}

/** Steps that fill a table before it is read. */
const filling = /^(?:Materialize|Aggregate using temporary table|Temporary table|Fill information schema table)\b/;

/**
 * A scan of a table that the step below it fills is measured inside that step: without the filling, which the lower one tells with the scan in it.
 * Newer servers measure the scan with all of it; then the step above takes longer and nothing is to be done.
 */
function tellFilledTable(scan: RawRecord, fill: RawRecord | undefined): void {
  if (fill === undefined || !filling.test(String(fill['Node Type'])) || !/^(?:Table scan|Index)/.test(String(scan['Node Type']))) return;
  const [scanMs, fillMs] = [totalOf(scan, 'Actual Total Time'), totalOf(fill, 'Actual Total Time')];
  const loops = numberOf(scan['Actual Loops']);
  if (loops === 0 || scanMs >= fillMs) return;
  const apart = Math.max(0, fillMs - scanMs);
  Object.assign(scan, { 'Actual Total Time': fillMs / loops });
  Object.assign(fill, { 'Actual Total Time': apart / numberOf(fill['Actual Loops']) });
}

function totalOf(node: RawRecord | undefined, key: string): number {
  return numberOf(node?.[key]) * numberOf(node?.['Actual Loops']);
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
