import type { IndexCandidate, IndexTrial, QueryPlan } from '../../model/database.js';

/** What is known of one try. */
export interface TrialInput {
  values: IndexTrial['values'];
  /** Executed without the index; null = only estimated. */
  plan: QueryPlan | null;
  /** Rows of the table. */
  tableRows: number;
  /** Rows that the LIMIT lets through, with those that OFFSET skips; Infinity without one. */
  wanted: number;
  /** As HypoPG imagines it: costs of the whole, of all that its scan would read if nothing stopped it, and whether the planner takes it; null = not simulated. */
  simulated: { before: number; after: number; wholeScan: number | null; isUsed: boolean } | null;
}

/** An index fetches a row at random_page_cost 4, four times what the same row costs when the whole table is read in order. */
const fetchCost = 4;

/**
 * Judges one try. An index in the wanted order leads through all rows until enough of them match: with no match that is the whole table, row by row. The
 * planner prices it as if matches came early, so its cost is scaled by what was counted.
 */
export function judgeTrial({ stopsEarly, relation }: Pick<IndexCandidate, 'stopsEarly' | 'relation'>, input: TrialInput): IndexTrial {
  const { values, plan, tableRows, wanted, simulated } = input;
  const executed = plan?.analyzed === true ? plan : null;
  const matches = executed === null ? null : matchesOf(executed, relation);
  const part = stopsEarly !== true || matches === null ? null : matches <= wanted ? 1 : wanted / matches;
  const rowsThrough = part === null ? null : Math.round(part * tableRows);
  return {
    values,
    matches,
    beforeMs: executed?.executionMs ?? null,
    rowsThrough,
    cost: simulated === null ? null : { before: simulated.before, after: costAfter(simulated, part) },
    isSlower: isSlower(simulated, part, stopsEarly === true),
  };
}

/** Rows of the table that its scans let through: none of them is stopped before its end, for what reads the table has to sort all of it. */
function matchesOf(plan: QueryPlan, relation: string): number {
  return plan.nodes.filter((node) => node.relation === relation).reduce((sum, node) => sum + node.rows * node.loops, 0);
}

function costAfter({ before, after, wholeScan, isUsed }: NonNullable<TrialInput['simulated']>, part: number | null): number {
  if (!isUsed) return before;
  return part === null || wholeScan === null ? after : Math.max(after, part * wholeScan);
}

function isSlower(simulated: TrialInput['simulated'], part: number | null, stopsEarly: boolean): boolean | null {
  if (simulated !== null) return costAfter(simulated, part) > simulated.before;
  // Without a simulation: what leads to the matches alone is left aside by the planner where it would not pay.
  if (!stopsEarly) return null;
  return part === null ? null : part * fetchCost > 1;
}
