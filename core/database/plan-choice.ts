import type { QueryPlan, StatementDelta } from '../model/database.js';

/** Of several plans for the same statement the one whose time, rows and temporary files come closest to what the window measured a call. */
export function closestPlan<T extends { plan: { plan: QueryPlan; executed: boolean } }>(
  found: readonly T[],
  statement: StatementDelta,
): T | null {
  const executed = found.filter((each) => each.plan.executed);
  const candidates = executed.length > 0 ? executed : found;
  const distances = candidates.map((each) => ({ each, distance: distanceTo(each.plan.plan, statement) }));
  return distances.sort((a, b) => a.distance - b.distance)[0]?.each ?? null;
}

function distanceTo(plan: QueryPlan, statement: StatementDelta): number {
  if (!plan.analyzed) return 0;
  const time = statement.calls > 0 ? apart(plan.executionMs ?? 0, statement.meanExecMs) : 0;
  return time + rowsApart(plan, statement) + (isUnlike(plan, statement) ? 1 : 0);
}

function rowsApart(plan: QueryPlan, statement: StatementDelta): number {
  return statement.calls > 0 ? apart((plan.nodes[0]?.rows ?? 0) + 1, statement.rowsPerCall + 1) : 0;
}

/**
 * The plan without what its values alone made: where it returned ten times more or fewer rows than the calls of the window, that the rows of a scan found
 * no partner in a join tells nothing of those calls. Values that match nothing leave every row without one.
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
const fewBlocks = 16;
const blockKb = 8;

/**
 * Ten times more or less was written to temporary files than the window measured a call: the values, or the memory that the service may use, are others,
 * and the plan is not what was slow. Unlike its time, what an execution writes does not depend on who else is busy.
 */
export function isUnlike(plan: QueryPlan, statement: StatementDelta): boolean {
  if (!plan.analyzed || statement.calls <= 0) return false;
  const written = plan.nodes.reduce((sum, node) => sum + node.spilledKb, 0) / blockKb;
  return apart(written + fewBlocks, statement.tempBlocks / statement.calls + fewBlocks) >= 1;
}

/** The middle of all the rows that the planner expects below the LIMIT: a page that is not the first. Null without a LIMIT. */
export function middleOffset(plan: QueryPlan): number | null {
  const limit = plan.nodes.find((node) => node.nodeType === 'Limit');
  const below = limit === undefined ? undefined : plan.nodes.find((node) => node.parentId === limit.id);
  return below === undefined ? null : Math.floor(below.rowsEstimated / 2);
}

/** Orders of magnitude between two positive numbers. */
function apart(a: number, b: number): number {
  return Math.abs(Math.log10(Math.max(a, 0.01)) - Math.log10(Math.max(b, 0.01)));
}
