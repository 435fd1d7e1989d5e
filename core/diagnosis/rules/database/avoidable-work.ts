import type { IndexCandidate, PlanNode } from '../../../model/database.js';
import { clampRatio } from '../../figures.js';
import type { Part } from '../../forecast/forecast.js';
import type { RuleContext } from '../../rule.js';
import { rowsDropped, type StatementCase } from './database.js';

/** A part of one statement, as a part of all that the databases do for a request. */
export function partOfDatabase({ sides }: RuleContext, { share }: StatementCase, [least, most]: Part): Part {
  const ofDatabase = sides.database > 0 ? clampRatio(share / sides.database) : 0;
  return [least * ofDatabase, most * ofDatabase];
}

/**
 * What goes when a node finds its rows at once (`ofPlan`: its part of the plan, 0..1): all of its work but that on the rows it keeps. With the plan of the
 * simulated index as little goes as its cost says, since costs count pages that are in memory as if they were on disk.
 */
export function withoutDropped(
  context: RuleContext,
  entry: StatementCase,
  { node, ofPlan, estimate = null }: { node: PlanNode; ofPlan: number; estimate?: IndexCandidate['estimate'] },
): Part {
  const kept = Math.max(0, node.rows - (node.rowsUnmatched ?? 0)) * Math.max(1, node.loops);
  const dropped = rowsDropped(node);
  // A plan that was not executed, or that only orders: what is kept cannot be told from rows.
  const byRows = dropped > 0 ? kept / (kept + dropped) : 0;
  const byCost = estimate === null || estimate.costBefore <= 0 ? byRows : clampRatio(estimate.costAfter / estimate.costBefore);
  return partOfDatabase(context, entry, [ofPlan * (1 - Math.max(byRows, byCost)), ofPlan * (1 - byRows)]);
}
