import { isInitPlan, type TimedNode } from './plan-tree.js';

/** Estimated cost of each node itself, by id. What a node asks of its children counts as often as it is expected to ask. */
export function ownCosts(tree: TimedNode[]): number[] {
  const costs: number[] = [];
  const visit = (node: TimedNode, times: number): void => {
    const asked = node.children.map((child) => (isInitPlan(child) ? 1 : expectedCalls(node, child)));
    const below = node.children.reduce((sum, child, index) => sum + totalCost(child) * (asked[index] ?? 1), 0);
    costs[node.id] = times * Math.max(0, totalCost(node) - below);
    node.children.forEach((child, index) => visit(child, times * (asked[index] ?? 1)));
  };
  const root = tree[0];
  if (root !== undefined) visit(root, 1);
  return costs;
}

function totalCost(node: TimedNode): number {
  return node.raw['Total Cost'] ?? 0;
}

/** `hashed SubPlan 1` stands where it is used, in the texts of the node above. */
function isHashed(node: TimedNode, child: TimedNode): boolean {
  const name = child.raw['Subplan Name'] ?? '';
  return Object.values(node.raw).some((value) => typeof value === 'string' && value.includes(`hashed ${name}`));
}

/** A nested loop asks its inner side once per outer row, a LIMIT asks for part of what its child could deliver. */
function expectedCalls(node: TimedNode, child: TimedNode): number {
  const type = node.raw['Node Type'];
  if (type === 'Limit') return totalCost(child) > 0 ? Math.min(1, totalCost(node) / totalCost(child)) : 1;
  // A subquery that is not hashed runs for every row of its node.
  if (child.raw['Parent Relationship'] === 'SubPlan' && !isHashed(node, child)) return Math.max(1, node.raw['Plan Rows'] ?? 1);
  if (type !== 'Nested Loop' || child.raw['Parent Relationship'] !== 'Inner') return 1;
  // What was read once is kept, so that further rounds cost next to nothing.
  if (['Materialize', 'Memoize'].includes(child.raw['Node Type'])) return 1;
  const outer = node.children.find((each) => each.raw['Parent Relationship'] === 'Outer');
  return Math.max(1, outer?.raw['Plan Rows'] ?? 1);
}
