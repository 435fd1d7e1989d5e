import { count } from '../../model/figures.js';
import { planOperator } from '../../engines/registry.js';
import type { QueryPlan, StatementDelta } from '../../model/database.js';

/** Of several plans for the same statement the one whose time, rows, blocks and temporary files come closest to what the window measured a call. */
export function closestPlan<T extends { plan: { plan: QueryPlan; executed: boolean } }>(
  found: readonly T[],
  statement: StatementDelta,
): T | null {
  const executed = found.filter((each) => each.plan.executed);
  const candidates = executed.length > 0 ? executed : found;
  const distances = candidates.map((each) => ({ each, distance: distanceTo(each.plan.plan, statement) }));
  return distances.sort((a, b) => a.distance - b.distance)[0]?.each ?? null;
}

/** A plan that was executed, and read, spilled and returned as much as the calls of the window did on average, within ten times. */
export function explains({ plan }: { plan: { plan: QueryPlan; executed: boolean } }, statement: StatementDelta): boolean {
  return plan.executed && differenceToWindow(plan.plan, statement) === null && rowsApart(plan.plan, statement) < 1;
}

function distanceTo(plan: QueryPlan, statement: StatementDelta): number {
  if (!plan.analyzed) return 0;
  const time = statement.calls > 0 ? apart(plan.executionMs ?? 0, statement.meanExecMs) : 0;
  return time + rowsApart(plan, statement) + (differenceToWindow(plan, statement) === null ? 0 : 1);
}

function rowsApart(plan: QueryPlan, statement: StatementDelta): number {
  return statement.calls > 0 ? apart((plan.nodes[0]?.rows ?? 0) + 1, statement.rowsPerCall + 1) : 0;
}

/**
 * Drops the join misses that come from the values of this execution alone. When it returned ten times more or fewer rows than the calls of the window, rows
 * without a join partner say nothing about those calls: values that match nothing leave every row without one.
 */
export function withoutAccidents(plan: QueryPlan, statement: StatementDelta): QueryPlan {
  if (!plan.analyzed || rowsApart(plan, statement) < 1) return plan;
  const nodes = plan.nodes.map((node) => {
    const kept = { ...node };
    delete kept.rowsUnmatched;
    return kept;
  });
  return { ...plan, nodes };
}

/** Temporary files below this (128 kB) are of no account. */
const fewTempBlocks = 16;
/** Fewer blocks a call, 800 kB, say little about which plan read them. */
const tellingBlocks = 100;
const blockKb = 8;

/**
 * What shows, in words, that an executed plan is not the one that was slow: the values, or the memory that the service may use, are others. It read a tenth
 * of what the calls of the window read, or used ten times more or less of temporary files. Unlike its time, neither depends on who else is busy. Null when
 * nothing shows that.
 */
export function differenceToWindow(plan: QueryPlan, statement: StatementDelta): string | null {
  if (!plan.analyzed || statement.calls <= 0) return null;
  const spilled = tempBlocksOf(plan);
  const tempBlocks = statement.tempBlocks / statement.calls;
  if (apart(spilled + fewTempBlocks, tempBlocks + fewTempBlocks) >= 1)
    return `it reads and writes ${count(spilled)} blocks of temporary files, the calls of the window ${count(tempBlocks)} on average`;
  const read = blocksRead(plan);
  const measured = (statement.sharedHitBlocks + statement.sharedReadBlocks) / statement.calls;
  // None at all: either nothing was read, or the plan was taken without counting them. Its time tells which.
  const isLess = read > 0 ? apart(read, measured) >= 1 && read < measured : (plan.executionMs ?? 0) * 10 < statement.meanExecMs;
  return measured >= tellingBlocks && isLess
    ? `it reads ${count(read)} blocks, the calls of the window read ${count(measured)} on average`
    : null;
}

/** What the nodes say of their own space is its size, written once and read once; a sort in little memory goes over it several times. */
function tempBlocksOf({ tempBlocks, nodes }: QueryPlan): number {
  return tempBlocks ?? (2 * nodes.reduce((sum, node) => sum + node.spilledKb, 0)) / blockKb;
}

/** The root's count holds those of all nodes. */
function blocksRead(plan: QueryPlan): number {
  const root = plan.nodes.find((node) => node.parentId === null);
  return (root?.sharedHitBlocks ?? 0) + (root?.sharedReadBlocks ?? 0);
}

/** The middle of all the rows that the planner expects below the LIMIT: a page that is not the first. Null without a LIMIT. */
export function middleOffset(plan: QueryPlan): number | null {
  const limit = plan.nodes.find((node) => planOperator(plan.format, node.nodeType) === 'limit');
  const below = limit === undefined ? undefined : plan.nodes.find((node) => node.parentId === limit.id);
  return below === undefined ? null : Math.floor(below.rowsEstimated / 2);
}

/** Orders of magnitude between two positive numbers. */
function apart(a: number, b: number): number {
  return Math.abs(Math.log10(Math.max(a, 0.01)) - Math.log10(Math.max(b, 0.01)));
}
