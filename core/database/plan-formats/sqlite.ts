import { UnreadableInputError } from '../../model/errors.js';
import type { PlanFormat } from './format.js';
import { leavesOut, quoteLine, type PlanLine } from './plan-text.js';

type RawRecord = Record<string, unknown>;

/** As the shell draws it, three columns a level; MediaWiki takes four, with the number of the step: ``├── [9] `SCAN TABLE t` ``. */
const step = /^([|│ ]{0,400})(\|--|`--|├──|└──)( ?)(?:\[\d+\] )?`?(\S.*?)`?$/;
const oldRow = /^(\d+)\|(\d+)\|(\d+)\|([A-Z].*)$/;
const words =
  /^(?:SCAN|SEARCH|USE TEMP B-TREE|CO-ROUTINE|MATERIALIZE|COMPOUND|LEFT-MOST|UNION|EXCEPT|INTERSECT|MERGE|LIST SUBQUERY|SCALAR SUBQUERY|CORRELATED|MULTI-INDEX|INDEX \d|SETUP|RECURSIVE|BLOOM FILTER|REUSE|EXECUTE|RIGHT-JOIN)/;

export const sqlite: PlanFormat = {
  id: 'sqlite',
  engine: 'sqlite',
  tool: 'EXPLAIN QUERY PLAN in the sqlite3 shell, rows of a driver (id, parent, detail)',
  versions: '3.7 to 3.50',
  exactness: 'the steps alone: SQLite tells neither times nor estimates',
  advice: 'EXPLAIN QUERY PLAN <statement>',
  tells:
    /^(?:\s{0,40}(?:--|\/\/|#|\*|>|;) {0,40})?[|│ ]{0,400}(?:\|--|`--|├──|└──)(?: \[\d+\] `)?(?:SCAN|SEARCH|USE TEMP|CO-ROUTINE|MATERIALIZE|COMPOUND|LEFT-MOST|UNION|MERGE|LIST SUB|SCALAR SUB|CORRELATED)|^\d+\|\d+\|\d+\|(?:SCAN|SEARCH|USE TEMP)/,
  readText({ lines }) {
    const blocks = blocksOf(lines);
    if (blocks.length === 0) return [bareSteps(lines)].filter((steps) => steps.length > 0).map(treeOf);
    const plans: Step[][] = [];
    // The shell draws the last step of a plan with a corner: what stands beside it is of the next statement.
    let isOver = true;
    for (const block of blocks) {
      requireDrawing(block);
      for (const found of block) {
        if (isOver && found.level === 0) plans.push([]);
        if (found.level === 0) isOver = found.isLast;
        plans.at(-1)?.push(found);
      }
    }
    return plans.map(treeOf);
  },
  readRows(rows) {
    const details = rows.map((row) => row['detail']);
    const isPlan = details.every((detail) => typeof detail === 'string') && details.some((detail) => words.test(detail));
    if (!isPlan || !rows.every((row) => 'parent' in row || words.test(String(row['detail'])))) return null;
    const levels = new Map<unknown, number>([[0, -1]]);
    const nodes = rows.map((row) => {
      const level = (levels.get(row['parent']) ?? -1) + 1;
      levels.set(row['id'], level);
      return { level, detail: String(row['detail']) };
    });
    return treeOf(nodes);
  },
};

interface Step {
  level: number;
  detail: string;
  isLast: boolean;
}

/** Steps that stand below each other, whatever they are called, where one of them is one of SQLite: other programs draw trees, too. */
function blocksOf(lines: readonly PlanLine[]): Step[][] {
  const blocks: Step[][] = [];
  let firstColumn: number | null = null;
  for (const line of lines) {
    const { text } = line;
    const found = stepOf(text, firstColumn);
    if (firstColumn !== null && leavesOut(text.replace(/^[|│ ]{0,400}(?:(?:\|--|`--|├──|└──) ?)?/, ''))) refuseShortened(line);
    if (found !== null && firstColumn === null) blocks.push([]);
    firstColumn = found === null ? null : (firstColumn ?? found.column);
    if (found !== null) blocks.at(-1)?.push(found);
  }
  return blocks.filter((block) => block.some(({ detail }) => words.test(detail)));
}

function refuseShortened(line: PlanLine): never {
  throw new UnreadableInputError(
    `Expected every step of a plan of SQLite, but ${quoteLine(line)} says that some were left out. Copy it as it was printed, or take EXPLAIN QUERY PLAN again.`,
  );
}

/** Right below a corner stands nothing beside it, but what is below it: somebody took the indentation away. Throws UnreadableInputError. */
function requireDrawing(block: readonly Step[]): void {
  const broken = block.find(
    (found, index) => found.level === 0 && block.slice(0, index).some((before) => before.level === 0 && before.isLast),
  );
  if (broken === undefined) return;
  throw new UnreadableInputError(
    `Expected the drawing of a plan of SQLite, but "${broken.detail.slice(0, 80)}" stands beside a step that was drawn as the last one: the indentation is lost, and with it which step is below which. ` +
      'Copy it as it was printed, or take EXPLAIN QUERY PLAN again.',
  );
}

const bareStep =
  /^(?:(?:SCAN|SEARCH) (?:TABLE )?\S+(?: AS \S+)?(?: USING (?:(?:AUTOMATIC )?(?:PARTIAL )?(?:COVERING )?INDEX \S|INTEGER PRIMARY KEY|ROWID).*| VIRTUAL TABLE INDEX .*| LEFT-JOIN| EXISTS)?|USE TEMP B-TREE FOR .+)$/;

/** The column `detail` alone, a step a line: only a text in which every line is one, since nothing else marks it. */
function bareSteps(lines: readonly PlanLine[]): Step[] {
  const texts = lines.map(({ text }) => text.trim()).filter((text) => !/^(?:|QUERY PLAN|detail|-+|```\w*)$/.test(text));
  const isPlan = texts.every((text) => bareStep.test(text)) && texts.some((text) => / USING | TABLE |^USE TEMP/.test(text));
  return isPlan ? texts.map((detail, index) => ({ level: 0, detail, isLast: index === texts.length - 1 })) : [];
}

/** The whole drawing may be indented: levels count from its first step. */
function stepOf(text: string, firstColumn: number | null): (Step & { column: number }) | null {
  const [, { length: column } = '', branch = '', blank, detail = ''] = step.exec(text.trimEnd()) ?? [];
  const width = blank === ' ' ? 4 : 3;
  if (branch !== '')
    return { level: Math.max(0, Math.round((column - (firstColumn ?? column)) / width)), detail, isLast: /^[`└]/.test(branch), column };
  const row = oldRow.exec(text);
  return row === null ? null : { level: Number(row[1]) > 0 ? 1 : 0, detail: row[4] ?? '', isLast: false, column: 0 };
}

/** Steps of a loop stand beside each other: they hang below a node for the whole statement. */
function treeOf(nodes: readonly { level: number; detail: string }[]): RawRecord {
  const root: RawRecord = { 'Node Type': 'Query' };
  const open: RawRecord[] = [root];
  for (const { level, detail } of nodes) {
    open.length = Math.min(open.length, level + 1);
    const node = describe(detail);
    const parent = open.at(-1) ?? root;
    parent['Plans'] = [...(Array.isArray(parent['Plans']) ? (parent['Plans'] as RawRecord[]) : []), node];
    open.push(node);
  }
  return { Plan: root };
}

/** `SEARCH o USING INDEX oc (cid=?)`, `SCAN TABLE c AS x` before version 3.36. */
function describe(text: string): RawRecord {
  const match =
    /^(SCAN|SEARCH)(?: TABLE)? ("[^"]+"|\S+)(?: AS (\S+))?(?: USING (AUTOMATIC )?(?:PARTIAL )?(COVERING )?INDEX (\S+)| USING (INTEGER PRIMARY KEY|ROWID SEARCH))?(.*)/s.exec(
      text,
    );
  if (match === null) return { 'Node Type': text.replace(/ FOR .*$| \d+$/, ''), Details: text };
  const [, verb = '', name = '', alias, automatic, covering, index, key, rest = ''] = match;
  const relation = name.replaceAll('"', '');
  const how =
    index === undefined
      ? key === undefined
        ? 'table'
        : 'primary key'
      : `${automatic === undefined ? '' : 'automatic '}${covering === undefined ? '' : 'covering '}index`;
  const isTable = !/^(?:SUBQUERY|CONSTANT|\()/.test(relation);
  return {
    'Node Type': `${verb === 'SCAN' ? 'Scan' : 'Search'} ${how}`,
    ...(isTable ? { 'Relation Name': relation, Alias: alias ?? relation } : {}),
    ...(index === undefined ? {} : { 'Index Name': index }),
    ...(rest.includes('(') && rest.includes(')', rest.indexOf('(')) ? { 'Index Cond': rest.trim() } : {}),
  };
}
