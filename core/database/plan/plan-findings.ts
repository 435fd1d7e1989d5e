import { planOperator } from '../../engines/registry.js';
import type { PlanFinding, PlanNode } from '../../model/database.js';
import { count, milliseconds, percent, plural } from '../../model/figures.js';
import { finding, title } from './finding-words.js';
import { isGather, type TimedNode } from './plan-tree.js';
import { fileFindings, statementFindings, type FindingInput } from './statement-findings.js';

/** A node below this share of the execution time is not worth a sentence. */
const relevantShare = 0.05;
/** Classes of pev2: 10, 100, 1000. Below 10 an estimate seldom changes a plan. */
const misestimateFactor = 10;
const manyLoops = 1000;

/** What stands out in a plan, the most expensive node first. Ids: see the functions below. */
export function findInPlan(input: FindingInput): PlanFinding[] {
  if (!input.analyzed) {
    return [finding('not-analyzed', 0, notAnalyzed(input)), ...fileFindings(input)];
  }
  const totalMs = input.nodes[0]?.inclusiveMs ?? 0;
  const byNode = input.nodes
    .map((node) => ({ node, tree: input.tree[node.id] }))
    .sort((a, b) => b.node.selfMs - a.node.selfMs || a.node.id - b.node.id)
    .flatMap(({ node, tree }) => (tree === undefined ? [] : nodeFindings(node, tree, totalMs, input.format.id)));
  return [...byNode, ...statementFindings(input, totalMs), ...fileFindings(input)];
}

function notAnalyzed({ format, nodes }: FindingInput): string {
  const holds = nodes.some(({ rowsEstimated }) => rowsEstimated > 0)
    ? 'it holds estimates, no times'
    : 'it holds the steps, neither estimates nor times';
  // SQLite has no other plan than this.
  const remedy = format.engine === 'sqlite' ? 'Measure the statement itself (.timer on).' : `Use ${format.advice} where that is safe.`;
  return `The plan was not executed: ${holds}. ${remedy}`;
}

function nodeFindings(node: PlanNode, tree: TimedNode, totalMs: number, format: string): PlanFinding[] {
  const isRelevant = totalMs === 0 || node.selfMs >= relevantShare * totalMs;
  const found = [spill(node, tree), lossyBitmap(node, tree), missingWorkers(node, tree), misestimate(node, tree, format)];
  if (isRelevant) found.push(rowsRemoved(node), loops(node), heapFetches(node, tree));
  return found.filter((each) => each !== null);
}

function rowsRemoved(node: PlanNode): PlanFinding | null {
  const kept = node.rows * node.loops;
  const removed = node.rowsRemovedByFilter * node.loops;
  if (removed < 1000 || removed < kept) return null;
  return finding(
    'rows-removed',
    node.id,
    `${title(node)} reads ${count(removed + kept)} rows and drops ${count(removed)} of them (${percent(removed / (removed + kept))})${node.filter === null ? '' : ` by ${node.filter}`}.`,
  );
}

function misestimate(node: PlanNode, tree: TimedNode, format: string): PlanFinding | null {
  if (node.loops === 0 || stopsEarly(tree)) return null;
  const factor = Math.max(node.rows, 1) / Math.max(node.rowsEstimated, 1);
  const isOver = factor < 1;
  // Whoever reads only part of a child's rows makes its estimate look too high.
  if (isOver && readsPartOnly(tree, format)) return null;
  if (Math.max(factor, 1 / factor) < misestimateFactor) return null;
  const times = isOver ? `${count(1 / factor)} times too many` : `${count(factor)} times too few`;
  return finding(
    'misestimate',
    node.id,
    `${title(node)}: ${plural(node.rowsEstimated, 'row')} estimated, ${count(node.rows)} came (${times}).`,
  );
}

/** What hands on no rows, or not those that were estimated: up to version 13 a change was estimated to hand on all that it changes. */
function stopsEarly(tree: TimedNode): boolean {
  return (
    ['Bitmap Index Scan', 'BitmapAnd', 'BitmapOr', 'Hash', 'ModifyTable'].includes(tree.raw['Node Type']) ||
    tree.raw['Actual Rows'] === undefined ||
    tree.raw['Plan Rows'] === undefined
  );
}

function readsPartOnly(tree: TimedNode, format: string): boolean {
  for (let node = tree; node.parent !== null; node = node.parent) {
    const type = node.parent.raw['Node Type'];
    const join = node.parent.raw['Join Type'] ?? '';
    if (planOperator(format, type) === 'limit' || type === 'Merge Join' || /Semi|Anti/.test(join) || /Semi|Anti/.test(type)) return true;
    if (node.raw['Parent Relationship'] === 'SubPlan' || node.raw['Parent Relationship'] === 'InitPlan') return true;
  }
  return false;
}

function spill(node: PlanNode, tree: TimedNode): PlanFinding | null {
  const ofWorkers = (tree.raw.Workers ?? []).map((worker) => worker['Hash Batches'] ?? 1);
  const batches = Math.max(tree.raw['Hash Batches'] ?? 1, tree.raw['HashAgg Batches'] ?? 1, ...ofWorkers);
  if (node.spilledKb === 0 && batches <= 1) return null;
  const how = batches > 1 ? ` in ${batches} batches` : '';
  const amount = node.spilledKb > 0 ? ` ${count(node.spilledKb)} kB` : '';
  return finding(
    'spill',
    node.id,
    `${title(node)} does not fit into work_mem and writes${amount} to temporary files${how} (self ${milliseconds(node.selfMs)}).`,
  );
}

function lossyBitmap(node: PlanNode, tree: TimedNode): PlanFinding | null {
  const lossy = tree.raw['Lossy Heap Blocks'] ?? 0;
  if (lossy === 0) return null;
  return finding(
    'lossy-bitmap',
    node.id,
    `${title(node)}: ${count(lossy)} heap blocks are lossy, so their rows are all checked again; the bitmap does not fit into work_mem.`,
  );
}

function loops(node: PlanNode): PlanFinding | null {
  if (node.loops < manyLoops) return null;
  return finding(
    'many-loops',
    node.id,
    `${title(node)} runs ${count(node.loops)} times, ${milliseconds(node.inclusiveMs / node.loops)} each.`,
  );
}

function heapFetches(node: PlanNode, tree: TimedNode): PlanFinding | null {
  const fetches = tree.raw['Heap Fetches'] ?? 0;
  if (fetches < 1000 || fetches < 0.4 * node.rows * node.loops) return null;
  return finding(
    'heap-fetches',
    node.id,
    `${title(node)} fetches ${count(fetches)} rows from the heap all the same: the visibility map is behind, VACUUM helps.`,
  );
}

function missingWorkers(node: PlanNode, tree: TimedNode): PlanFinding | null {
  const planned = tree.raw['Workers Planned'] ?? 0;
  const launched = tree.raw['Workers Launched'] ?? planned;
  if (!isGather(tree) || launched >= planned) return null;
  return finding(
    'workers-missing',
    node.id,
    `${launched} of ${planned} planned workers could be started; the plan is slower than it was made for.`,
  );
}
