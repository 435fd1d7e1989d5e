import type { PlanFinding, PlanNode, QueryPlan } from '../../model/database.js';
import { findPlanDocument } from './plan-document.js';
import { findInPlan } from './plan-findings.js';
import { assignTimes } from './plan-times.js';
import { ownCosts } from './plan-costs.js';
import { growTree, type TimedNode } from './plan-tree.js';

/**
 * Reads a plan in any of the forms that `findPlanDocument` knows. Times are milliseconds of wall clock; `rows` are per loop, buffers are
 * totals. Throws UnreadableInputError.
 */
export function readQueryPlan(text: string): QueryPlan {
  const { format, document, others, unread } = findPlanDocument(text);
  const tree = growTree(document.Plan);
  const analyzed = tree.some(({ raw }) => raw['Actual Loops'] !== undefined);
  const times = assignTimes(tree);
  const nodes = tree.map(describeNode);
  return {
    format: format.id,
    analyzed,
    executionMs:
      document['Execution Time'] ?? (analyzed && document.Plan['Actual Total Time'] !== undefined ? (tree[0]?.wallMs ?? null) : null),
    planningMs: document['Planning Time'] ?? null,
    ...tempBlocks(tree),
    nodes,
    dominant: dominantOf(tree, nodes),
    findings: findInPlan({ format, document, tree, nodes, analyzed, times, others, unread }),
  };
}

export interface PlanAnalysis {
  format: QueryPlan['format'];
  executionMs: number | null;
  planningMs: number | null;
  nodes: Pick<PlanNode, 'id' | 'parentId' | 'nodeType' | 'relation' | 'selfMs' | 'inclusiveMs' | 'loops' | 'rows' | 'rowsEstimated'>[];
  dominant: QueryPlan['dominant'];
  findings: PlanFinding[];
}

/** The keys of `analyze plan --json`, which are a contract. */
export function planDocument(plan: QueryPlan): PlanAnalysis {
  const nodes = plan.nodes.map(({ id, parentId, nodeType, relation, selfMs, inclusiveMs, loops, rows, rowsEstimated }) => {
    return { id, parentId, nodeType, relation, selfMs, inclusiveMs, loops, rows, rowsEstimated };
  });
  return {
    format: plan.format,
    executionMs: plan.executionMs,
    planningMs: plan.planningMs,
    nodes,
    dominant: plan.dominant,
    findings: plan.findings,
  };
}

function describeNode(node: TimedNode): PlanNode {
  const { raw } = node;
  return {
    id: node.id,
    parentId: node.parent?.id ?? null,
    nodeType: raw['Node Type'],
    relation: raw['Relation Name'] ?? null,
    alias: raw.Alias ?? null,
    index: raw['Index Name'] ?? null,
    selfMs: node.selfMs,
    inclusiveMs: node.wallMs,
    loops: node.loops,
    rows: raw['Actual Rows'] ?? 0,
    rowsEstimated: raw['Plan Rows'] ?? 0,
    rowsRemovedByFilter:
      (raw['Rows Removed by Filter'] ?? 0) + (raw['Rows Removed by Index Recheck'] ?? 0) + (raw['Rows Removed by Join Filter'] ?? 0),
    ...unmatchedRows(node),
    condition: raw['Index Cond'] ?? raw['Recheck Cond'] ?? raw['Hash Cond'] ?? raw['Merge Cond'] ?? raw['TID Cond'] ?? null,
    filter: raw.Filter ?? raw['Join Filter'] ?? null,
    sortMethod: raw['Sort Method'] ?? null,
    spilledKb: spilledKb(node),
    sharedHitBlocks: raw['Shared Hit Blocks'] ?? 0,
    sharedReadBlocks: raw['Shared Read Blocks'] ?? 0,
    ...(raw['Total Cost'] === undefined ? {} : { totalCost: raw['Total Cost'] }),
  };
}

/** A hash or merge join reads a whole side and may use little of it: work that no filter of the scan tells. */
function unmatchedRows(node: TimedNode): { rowsUnmatched?: number } {
  if (node.raw['Relation Name'] === undefined || node.loops === 0) return {};
  const join = node.parent?.raw['Node Type'] === 'Hash' ? node.parent.parent : node.parent;
  if (join === null || !['Hash Join', 'Merge Join'].includes(join.raw['Node Type']) || join.loops === 0) return {};
  const read = (node.raw['Actual Rows'] ?? 0) * node.loops;
  const joined = (join.raw['Actual Rows'] ?? 0) * join.loops;
  return { rowsUnmatched: Math.max(0, read - joined) / node.loops };
}

/** A node's counts hold those of the nodes below it, except what parallel workers tell too late for the nodes above: so the largest is that of the plan. */
function tempBlocks(tree: readonly TimedNode[]): { tempBlocks?: number } {
  const counted = tree.filter(({ raw }) => raw['Temp Written Blocks'] !== undefined);
  const blocks = counted.map(({ raw }) => (raw['Temp Read Blocks'] ?? 0) + (raw['Temp Written Blocks'] ?? 0));
  return blocks.length === 0 ? {} : { tempBlocks: Math.max(...blocks) };
}

const blockKb = 8;

/** Sorts and aggregates say it themselves, each process for itself; of a hash join only the written blocks, less those of its children, tell. */
function spilledKb({ raw, children }: TimedNode): number {
  const own = [raw, ...(raw.Workers ?? [])].map((each) =>
    each['Sort Space Type'] === 'Disk' ? (each['Sort Space Used'] ?? 0) : (each['Disk Usage'] ?? 0),
  );
  const told = own.reduce((sum, kb) => sum + kb, 0) + (raw.Storage === 'Disk' ? (raw['Maximum Storage'] ?? 0) : 0);
  if (told > 0 || raw['Sort Space Type'] !== undefined || raw['Disk Usage'] !== undefined) return told;
  const below = children.reduce((sum, child) => sum + (child.raw['Temp Written Blocks'] ?? 0), 0);
  return Math.max(0, (raw['Temp Written Blocks'] ?? 0) - below) * blockKb;
}

/** The node with the most self time; of a plan without times, the one whose own estimated cost is highest. */
function dominantOf(tree: TimedNode[], nodes: PlanNode[]): QueryPlan['dominant'] {
  const hasTimes = nodes.some((node) => node.selfMs > 0);
  const costs = hasTimes ? nodes.map((each) => each.selfMs) : ownCosts(tree);
  const heaviest = [...nodes].sort((a, b) => (costs[b.id] ?? 0) - (costs[a.id] ?? 0) || a.id - b.id)[0];
  // Steps alone, as SQLite tells them: nothing says which is the heaviest.
  if (heaviest === undefined || (!hasTimes && (costs[heaviest.id] ?? 0) === 0)) return null;
  return { id: heaviest.id, nodeType: heaviest.nodeType, relation: heaviest.relation, selfMs: heaviest.selfMs };
}
