import { descendants, isGather, isInitPlan, type TimedNode } from './plan-tree.js';

/** EXPLAIN prints milliseconds with three decimals, so each loop of a child may be off by half of the last. */
const roundingMs = 0.0005;

/**
 * Works out wall-clock and self times. The sum of the self times is the root's time, nothing is negative, and what two nodes share is
 * charged once: parallel processes are divided by those that took part, a CTE goes to its scans, an InitPlan to whoever waits for it.
 * Returns the milliseconds that could not be placed (reported, never hidden).
 */
export function assignTimes(nodes: TimedNode[]): number {
  const root = nodes[0];
  if (root === undefined) return 0;
  assignWall(root, 1);
  for (const node of nodes) node.selfMs = node.wallMs - sum(node.children.filter((child) => !isInitPlan(child)));
  for (const node of nodes) if (isCte(node)) chargeCte(node);
  for (const node of nodes) if (isInitPlan(node) && !isCte(node)) chargeInitPlan(node);
  return settleNegatives(nodes);
}

function sum(nodes: TimedNode[]): number {
  return nodes.reduce((total, node) => total + node.wallMs, 0);
}

function assignWall(node: TimedNode, inherited: number): void {
  const participants = buildsBitmapAlone(node) && inherited > 1 ? ownProcesses(node) : inherited;
  node.wallMs = node.workMs / participants;
  for (const child of node.children) assignWall(child, participantsBelow(node, child, participants));
  fitChildren(node);
}

function participantsBelow(node: TimedNode, child: TimedNode, participants: number): number {
  if (isInitPlan(child)) return 1;
  return isGather(node) ? ownProcesses(child, node.raw['Workers Launched']) : participants;
}

/** One process fills the shared bitmap while the others wait inside the heap scan. */
function buildsBitmapAlone(node: TimedNode): boolean {
  return ['Bitmap Index Scan', 'BitmapAnd', 'BitmapOr'].includes(node.raw['Node Type']);
}

/** Processes that ran the node: the workers with loops, and the leader when loops are left for it. Without worker detail, one loop each. */
function ownProcesses(node: TimedNode, launched?: number): number {
  const { Workers: workers } = node.raw;
  if (workers === undefined || workers.length === 0) {
    const most = launched === undefined ? 1 : launched + 1;
    return Math.max(1, Math.min(node.loops, most));
  }
  const active = workers.filter((worker) => (worker['Actual Loops'] ?? 0) > 0);
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

function isCte(node: TimedNode): boolean {
  return node.raw['Subplan Name']?.startsWith('CTE ') === true;
}

/** The rows of a CTE are produced while its scans ask for them: its time is inside theirs, once in total. */
function chargeCte(cte: TimedNode): void {
  const name = cte.raw['Subplan Name']?.slice('CTE '.length);
  const scope = cte.parent === null ? [] : [cte.parent, ...descendants(cte.parent)];
  const scans = scope.filter((node) => node.raw['CTE Name'] === name && node.raw['Node Type'] === 'CTE Scan');
  let left = cte.wallMs;
  for (const scan of scans.sort((a, b) => b.selfMs - a.selfMs || a.id - b.id)) {
    const taken = Math.min(left, Math.max(0, scan.selfMs));
    scan.selfMs -= taken;
    left -= taken;
  }
  if (cte.parent !== null) cte.parent.selfMs -= Math.min(left, Math.max(0, cte.parent.selfMs));
}

/** An InitPlan runs when its result is first needed, or in the leader before it starts its workers. */
function chargeInitPlan(plan: TimedNode): void {
  const { parent } = plan;
  if (parent === null || plan.wallMs === 0) return;
  const own = new Set([plan, ...descendants(plan)]);
  const users = [parent, ...descendants(parent)].filter((node) => !own.has(node) && refersTo(node, plan));
  const payers = (users.length === 0 ? [parent] : users).map((user) => outermostGather(user, parent) ?? user);
  const payer = payers.sort((a, b) => b.selfMs - a.selfMs || a.id - b.id)[0] ?? parent;
  payer.selfMs -= plan.wallMs;
}

function outermostGather(from: TimedNode, upTo: TimedNode): TimedNode | null {
  let found: TimedNode | null = null;
  for (let node: TimedNode | null = from; node !== null; node = node === upTo ? null : node.parent) if (isGather(node)) found = node;
  return found;
}

/** `$0` up to version 16, `(InitPlan 1).col1` from 17 on. */
function refersTo(node: TimedNode, plan: TimedNode): boolean {
  const name = plan.raw['Subplan Name'] ?? '';
  const outputs = /returns ((?:\$\d+,?\s*)+)/.exec(name)?.[1]?.match(/\$\d+/g) ?? [];
  const wanted =
    outputs.length > 0 ? outputs.map((output) => `\\${output}(?!\\d)`) : [`\\(?${/InitPlan \d+/.exec(name)?.[0] ?? name}\\)\\.col`];
  const pattern = new RegExp(wanted.join('|'));
  return Object.entries(node.raw).some(([key, value]) => key !== 'Plans' && key !== 'Subplan Name' && pattern.test(textOf(value)));
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string').join('\n') : '';
}

function settleNegatives(nodes: TimedNode[]): number {
  let unplaced = 0;
  for (const node of nodes) {
    if (node.selfMs >= 0) continue;
    if (-node.selfMs > rounding(node)) unplaced -= node.selfMs;
    node.selfMs = 0;
  }
  return unplaced;
}
