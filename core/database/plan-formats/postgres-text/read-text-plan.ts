import { UnreadableInputError } from '../../../model/errors.js';
import { postgresAdvice } from '../postgres-json.js';
import { leavesOut, quoteLine, type PlanLine, type PlanText } from '../plan-text.js';
import { measuredInPostgres, readsOfPostgres, requireWholeTree } from '../whole-tree.js';
import { readDetail, readWorkerLine } from './detail-line.js';
import { readFooter } from './footer-line.js';
import { isDetail, isHeadlike, readHeadLine, type HeadLine } from './head-line.js';
import { joinBrokenLines } from './join-lines.js';
import { isKnownTitle, type RawRecord } from './node-title.js';
import { isFooter, readSubplanHeader } from './other-lines.js';

interface OpenNode {
  /** Column of the arrow; that of the root lies before every other. */
  column: number;
  node: RawRecord;
}

interface OpenPlan {
  document: RawRecord;
  rootColumn: number;
  open: OpenNode[];
  /** Header of a subplan whose first node has not come yet. */
  subplan: { column: number; name: string; parent: RawRecord } | null;
  worker: { column: number; record: RawRecord } | null;
  /** The lines below the last node have begun. */
  isClosed: boolean;
  /** `...` as far left as the root: something was left out when the plan goes on behind it. */
  leftOut: PlanLine | null;
}

/**
 * Turns the text format of EXPLAIN into the shape of the JSON format, as far as the analysis reads it: one document for each plan in the text. A line that
 * looks like one of a node and has no place in a tree makes the whole text unreadable, since every time of the tree would be wrong without it.
 */
export function readTextPlans({ lines, durationMs }: PlanText): RawRecord[] {
  const plans: OpenPlan[] = [];
  let previous = '';
  for (const line of joinBrokenLines(lines)) {
    const head = readHeadLine(line.text);
    const plan = plans.at(-1) ?? null;
    if (head !== null) placeHead(head, line, plans);
    else if (isHeadlike(line.text) && !isHarmless(line.text, plan)) refuseHead(line, plan);
    else if (plan !== null) {
      if (leavesOut(line.text) && !plan.isClosed) noteLeftOut(line, previous, plan);
      readOther(line.text, plan);
      if (plan.isClosed && plan.leftOut !== null) refuseHead(plan.leftOut, { ...plan, isClosed: false });
    }
    previous = line.text;
  }
  for (const { document } of plans) {
    requireWholeTree(document['Plan'] as RawRecord, readsOfPostgres, measuredInPostgres, postgresAdvice);
    if (durationMs !== null) document['Duration'] = durationMs;
  }
  return plans.map(({ document }) => document);
}

/** An arrow is an operator of SQL, too, which stands around plans. Citus puts a line of its own above the plan of each of its nodes. */
function isHarmless(text: string, plan: OpenPlan | null): boolean {
  if (/^\s*->\s+Task\s*$/.test(text)) return true;
  return (plan === null || plan.isClosed) && !/\((?:cost=\d|actual )/.test(text);
}

/** Inside of a tree it stands for nodes. Behind a plan of one node, or apart from it, it stands for what the page holds further down, if the plan does not go on. */
function noteLeftOut(line: PlanLine, previous: string, plan: OpenPlan): void {
  const isInTree = plan.open.length > 1 && (isDetail(previous) || readHeadLine(previous) !== null);
  if (isInTree || columnOf(line.text) > plan.rootColumn) refuseHead(line, plan);
  plan.leftOut ??= line;
}

function columnOf(line: string): number {
  return line.length - line.trimStart().length;
}

function placeHead(head: HeadLine, line: PlanLine, plans: OpenPlan[]): void {
  const plan = plans.at(-1);
  const column = head.arrowColumn;
  if (plan === undefined || (column === null && head.titleColumn <= plan.rootColumn && isKnownTitle(head.title))) {
    plans.push(newPlan(head));
    return;
  }
  if (column === null || plan.isClosed) refuseHead(line, plan);
  if (plan.leftOut !== null) refuseHead(plan.leftOut, plan);
  if (column <= plan.rootColumn) throw lostIndentation(line);
  closeTo(plan, column);
  const parent = plan.subplan !== null && plan.subplan.column < column ? plan.subplan : null;
  const above = parent?.parent ?? plan.open.at(-1)?.node;
  if (above === undefined) throw lostIndentation(line);
  placeBelow(above, head.node, parent?.name ?? null);
  plan.open.push({ column, node: head.node });
  plan.subplan = null;
}

function newPlan(head: HeadLine): OpenPlan {
  const open = [{ column: head.arrowColumn ?? -1, node: head.node }];
  const document = { Plan: head.node };
  return { document, rootColumn: head.arrowColumn ?? head.titleColumn, open, subplan: null, worker: null, isClosed: false, leftOut: null };
}

/** Ends the nodes that stand as deep as this column, or deeper. */
function closeTo(plan: OpenPlan, column: number): void {
  while (plan.open.length > 1 && (plan.open.at(-1)?.column ?? 0) >= column) plan.open.pop();
  plan.worker = null;
}

function lostIndentation(line: PlanLine): UnreadableInputError {
  return new UnreadableInputError(
    `Expected a plan whose nodes are indented below each other, but the indentation is lost (${quoteLine(line)}), and with it which node reads which. ` +
      'Copy the plan as it was printed, or take EXPLAIN (ANALYZE, VERBOSE, BUFFERS, FORMAT JSON), whose shape survives copying.',
  );
}

function refuseHead(line: PlanLine, plan: OpenPlan | null): never {
  const where = plan === null ? 'before the first node' : plan.isClosed ? 'behind the end of the plan' : 'in the middle of the plan';
  throw new UnreadableInputError(
    `Expected each node of the plan in a line of its own, "->  Seq Scan on t  (cost=… rows=… width=…) (actual time=… rows=… loops=…)", but ${where} came ${quoteLine(line)}, ` +
      'which is no complete one. A part of a plan would be told as the whole. Copy it again without the broken lines, or take FORMAT JSON.',
  );
}

function placeBelow(parent: RawRecord, node: RawRecord, subplanName: string | null): void {
  const children = parent['Plans'];
  const list: unknown[] = Array.isArray(children) ? children : [];
  if (subplanName !== null) {
    node['Subplan Name'] = subplanName;
    node['Parent Relationship'] = subplanName.startsWith('SubPlan') ? 'SubPlan' : 'InitPlan';
  } else {
    const before = list.filter((each) => (each as RawRecord)['Subplan Name'] === undefined).length;
    node['Parent Relationship'] = before === 0 ? 'Outer' : 'Inner';
  }
  list.push(node);
  parent['Plans'] = list;
}

function readOther(line: string, plan: OpenPlan): void {
  const column = columnOf(line);
  const header = readSubplanHeader(line);
  if (header !== null && !plan.isClosed) {
    closeTo(plan, header.column);
    const parent = plan.open.at(-1)?.node;
    if (parent !== undefined) plan.subplan = { ...header, parent };
    return;
  }
  // The lines of a worker, of a remote plan, too, look like those below the whole plan, but are indented.
  if (isFooter(line) && column <= plan.rootColumn + 1) plan.isClosed = true;
  if (plan.isClosed) readFooter(line, plan.document);
  else readBelowNode(line, column, plan);
}

function readBelowNode(line: string, column: number, plan: OpenPlan): void {
  const node = plan.open.at(-1)?.node;
  if (node === undefined) return;
  const worker = readWorkerLine(line);
  if (worker !== null) {
    plan.worker = { column: worker.column, record: mergeWorker(node, worker.worker) };
    return;
  }
  if (plan.worker !== null && column <= plan.worker.column) plan.worker = null;
  readDetail(line, plan.worker?.record ?? node);
}

/** Old versions have several lines for one worker. */
function mergeWorker(node: RawRecord, worker: RawRecord): RawRecord {
  const known = node['Workers'];
  const workers: RawRecord[] = Array.isArray(known) ? (known as RawRecord[]) : [];
  const same = workers.find((each) => each['Worker Number'] === worker['Worker Number']);
  if (same !== undefined) return Object.assign(same, worker);
  workers.push(worker);
  node['Workers'] = workers;
  return worker;
}
