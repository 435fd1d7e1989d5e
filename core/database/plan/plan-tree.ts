import type { RawPlanNode } from './raw-plan.js';

/** A node while times are being worked out. `wallMs` and `selfMs` are wall-clock time over all loops. */
export interface TimedNode {
  id: number;
  parent: TimedNode | null;
  children: TimedNode[];
  raw: RawPlanNode;
  loops: number;
  /** Time of all processes together. */
  workMs: number;
  wallMs: number;
  selfMs: number;
}

/** Numbers the nodes in the order in which EXPLAIN prints them. */
export function growTree(root: RawPlanNode): TimedNode[] {
  const nodes: TimedNode[] = [];
  const grow = (raw: RawPlanNode, parent: TimedNode | null): TimedNode => {
    const loops = raw['Actual Loops'] ?? 0;
    const workMs = (raw['Actual Total Time'] ?? 0) * loops;
    const node: TimedNode = { id: nodes.length, parent, children: [], raw, loops, workMs, wallMs: 0, selfMs: 0 };
    nodes.push(node);
    for (const child of raw.Plans ?? []) node.children.push(grow(child, node));
    return node;
  };
  grow(root, null);
  return nodes;
}

export function isInitPlan(node: TimedNode): boolean {
  return node.raw['Parent Relationship'] === 'InitPlan';
}

export function isGather(node: TimedNode): boolean {
  return node.raw['Node Type'] === 'Gather' || node.raw['Node Type'] === 'Gather Merge';
}

export function* descendants(node: TimedNode): Generator<TimedNode> {
  for (const child of node.children) {
    yield child;
    yield* descendants(child);
  }
}
