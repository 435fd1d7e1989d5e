import type { PlanNode, QueryPlan } from '../../model/database.js';
import type { TableStatistics } from './table-statistics.js';

/**
 * A plan scans the partitions of a table one by one, under names that the statement does not say. What is to be known of them is known of the table: the
 * scans under one parent become one, under the table's name, so that a hundred small parts are as visible as one whole.
 */
export function joinPartitions(plan: QueryPlan, tables: readonly TableStatistics[]): QueryPlan {
  const owners = new Map(tables.flatMap(({ facts, partitions }) => partitions.map((partition) => [partition, facts.relation] as const)));
  const groups = new Map<string, PlanNode[]>();
  for (const node of plan.nodes) {
    const owner = node.relation === null ? undefined : owners.get(node.relation);
    if (owner === undefined) continue;
    const key = `${node.parentId ?? ''} ${owner}`;
    groups.set(key, [...(groups.get(key) ?? []), { ...node, relation: owner }]);
  }
  if (groups.size === 0) return plan;
  const joined = new Map([...groups.values()].flatMap((parts) => withIds(parts, joinScans(parts))));
  const nodes = [...new Set(plan.nodes.map((node) => joined.get(node.id) ?? node))].map((node) => {
    const parent = node.parentId === null ? undefined : joined.get(node.parentId);
    return parent === undefined ? node : { ...node, parentId: parent.id };
  });
  return { ...plan, nodes, dominant: dominantOf(plan, nodes, joined) };
}

function withIds(parts: readonly PlanNode[], whole: PlanNode): [number, PlanNode][] {
  return parts.map((part) => [part.id, whole]);
}

/** Totals, as of one loop; kind and conditions are those of the part that took longest or, without times, has the most rows to read. */
function joinScans(parts: readonly PlanNode[]): PlanNode {
  const [heaviest] = [...parts].sort((a, b) => b.selfMs - a.selfMs || b.rowsEstimated - a.rowsEstimated);
  if (heaviest === undefined) throw new Error('expected the scan of at least one partition');
  if (parts.length === 1) return heaviest;
  const sum = (of: (part: PlanNode) => number): number => parts.reduce((total, part) => total + of(part), 0);
  const total = (of: (part: PlanNode) => number): number => sum((part) => of(part) * part.loops);
  const wasRun = parts.some((part) => part.loops > 0);
  return {
    ...heaviest,
    alias: null,
    index: null,
    selfMs: sum((part) => part.selfMs),
    inclusiveMs: sum((part) => part.inclusiveMs),
    loops: wasRun ? 1 : 0,
    rows: total((part) => part.rows),
    rowsEstimated: wasRun ? total((part) => part.rowsEstimated) : sum((part) => part.rowsEstimated),
    rowsRemovedByFilter: total((part) => part.rowsRemovedByFilter),
    spilledKb: sum((part) => part.spilledKb),
    sharedHitBlocks: sum((part) => part.sharedHitBlocks),
    sharedReadBlocks: sum((part) => part.sharedReadBlocks),
  };
}

/** Without times the dominant node is by estimates, which the parts had, too. */
function dominantOf(plan: QueryPlan, nodes: readonly PlanNode[], joined: ReadonlyMap<number, PlanNode>): QueryPlan['dominant'] {
  const before = plan.dominant;
  if (before === null) return null;
  const [longest] = [...nodes].sort((a, b) => b.selfMs - a.selfMs);
  const node = plan.analyzed ? longest : joined.get(before.id);
  return node === undefined ? before : { id: node.id, nodeType: node.nodeType, relation: node.relation, selfMs: node.selfMs };
}
