import type { QueryPlan, StatementDelta } from '../model/database.js';

/** Of several plans for the same statement the one whose time and rows come closest to what the window measured a call. */
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
  const rows = statement.calls > 0 ? apart((plan.nodes[0]?.rows ?? 0) + 1, statement.rowsPerCall + 1) : 0;
  return time + rows;
}

/** Orders of magnitude between two positive numbers. */
function apart(a: number, b: number): number {
  return Math.abs(Math.log10(Math.max(a, 0.01)) - Math.log10(Math.max(b, 0.01)));
}
