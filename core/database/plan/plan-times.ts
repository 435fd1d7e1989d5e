import { chargeCtes } from './cte-times.js';
import { chargeInitPlans } from './init-plan-times.js';
import { descendants, isGather, isInitPlan, type TimedNode } from './plan-tree.js';

/** EXPLAIN prints milliseconds with three decimals, so each loop of a child may be off by half of the last. */
const roundingMs = 0.0005;

export interface PlanTimes {
  /** Milliseconds that could not be placed (reported, never hidden). */
  unplacedMs: number;
  /** Plans of modifying CTEs that run when the root is done, since nobody reads them to their end. */
  afterRoot: { node: TimedNode; ms: number }[];
}

/**
 * Works out wall-clock and self times. The sum of the self times is the root's time and that of what runs after it, nothing is negative, and what two nodes
 * share is charged once: parallel processes are divided by those that took part, a CTE goes to its scans, an InitPlan to whoever waits for it.
 */
export function assignTimes(nodes: TimedNode[]): PlanTimes {
  const root = nodes[0];
  if (root === undefined) return { unplacedMs: 0, afterRoot: [] };
  assignWall(root, 1);
  for (const node of nodes) node.selfMs = node.wallMs - sum(node.children.filter((child) => !isInitPlan(child)));
  const afterRoot = chargeCtes(nodes);
  chargeInitPlans(nodes);
  const left = settleNegatives(nodes);
  const expected = root.wallMs + afterRoot.reduce((total, { ms }) => total + ms, 0);
  const total = nodes.reduce((all, node) => all + node.selfMs, 0);
  return { unplacedMs: Math.max(left, Math.abs(total - expected)), afterRoot };
}

function sum(nodes: TimedNode[]): number {
  return nodes.reduce((total, node) => total + node.wallMs, 0);
}

function assignWall(node: TimedNode, inherited: number): void {
  const participants = isBitmap(node) && inherited > 1 && buildsAlone(node) ? 1 : inherited;
  node.wallMs = node.workMs / participants;
  for (const child of node.children) assignWall(child, participantsBelow(node, child, participants));
  fitChildren(node);
}

function participantsBelow(node: TimedNode, child: TimedNode, participants: number): number {
  if (isInitPlan(child)) return 1;
  return isGather(node) ? ownProcesses(child, node.raw['Workers Launched']) : participants;
}

function isBitmap({ raw }: TimedNode): boolean {
  return ['Bitmap Index Scan', 'BitmapAnd', 'BitmapOr'].includes(raw['Node Type']);
}

/**
 * One process fills the bitmap that workers share while the others wait inside the heap scan. Below a scan that each process does for itself, as on the inner
 * side of a loop, each fills its own. Before version 10 no scan of a heap was shared.
 */
function buildsAlone(node: TimedNode): boolean {
  const heap = node.parent === null || !isBitmap(node.parent) ? node.parent : null;
  if (heap === null) return node.parent !== null && buildsAlone(node.parent);
  return heap.raw['Parallel Aware'] ?? node.loops < heap.loops;
}

/** Processes that ran the node: the workers with loops, and the leader when loops are left for it. Without worker detail, one loop each. */
function ownProcesses(node: TimedNode, launched: number | undefined): number {
  // A worker that tells only how it sorted tells nothing of who took part.
  const counted = (node.raw.Workers ?? []).filter((worker) => worker['Actual Loops'] !== undefined);
  if (counted.length === 0) return Math.max(1, Math.min(node.loops, launched === undefined ? 1 : launched + 1));
  const active = counted.filter((worker) => (worker['Actual Loops'] ?? 0) > 0);
  const byWorkers = active.reduce((total, worker) => total + (worker['Actual Loops'] ?? 0), 0);
  return Math.max(1, active.length + (node.loops > byWorkers ? 1 : 0));
}

/**
 * Children may exceed their parent: under a Gather, because workers keep running while the leader is outside it, and anywhere by rounding,
 * because the printed mean of each loop is. Both are no time of their own: the subtree is scaled to fit.
 */
function fitChildren(node: TimedNode): void {
  const below = node.children.filter((child) => !isInitPlan(child));
  const needed = sum(below);
  if (needed <= node.wallMs || needed - node.wallMs > (isGather(node) ? Infinity : rounding(node))) return;
  const ratio = node.wallMs / needed;
  for (const child of below) {
    child.wallMs *= ratio;
    for (const each of descendants(child)) each.wallMs *= ratio;
  }
}

function rounding(node: TimedNode): number {
  return node.children.reduce((total, child) => total + Math.max(1, child.loops), Math.max(1, node.loops)) * roundingMs;
}

/**
 * A node stops counting when its parent has enough rows, and what runs below it from then on, as when workers are sent home, is counted by some node above:
 * what a child has beyond its parent lies in the nearest node above with so much time of its own, else in the nearest ones that have some.
 */
function settleNegatives(nodes: TimedNode[]): number {
  let unplaced = 0;
  // Children come behind their parents.
  for (const node of [...nodes].reverse()) {
    if (node.selfMs >= 0) continue;
    let owed = -node.selfMs;
    node.selfMs = 0;
    const above = ancestors(node);
    const one = above.find(({ selfMs }) => selfMs >= owed);
    for (const payer of one === undefined ? above : [one]) {
      const paid = Math.min(owed, Math.max(0, payer.selfMs));
      payer.selfMs -= paid;
      owed -= paid;
    }
    unplaced += owed;
  }
  return unplaced;
}

function ancestors(node: TimedNode): TimedNode[] {
  const above: TimedNode[] = [];
  for (let at = node.parent; at !== null; at = at.parent) above.push(at);
  return above;
}
