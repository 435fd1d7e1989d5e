import type { IndexCandidate, PlanNode } from '../../../model/database.js';
import { clampRatio } from '../../figures.js';
import type { Part } from '../../forecast/forecast.js';
import type { RuleContext } from '../../rule.js';
import { rowsDropped, type StatementCase } from './database.js';

/** Turns a part of one statement into a part of all that the databases do for a request. */
export function partOfDatabase({ sides }: RuleContext, { share }: StatementCase, [least, most]: Part): Part {
  const ofDatabase = sides.database > 0 ? clampRatio(share / sides.database) : 0;
  return [least * ofDatabase, most * ofDatabase];
}

/**
 * What is saved when a node finds its rows at once (`ofPlan`: its part of the plan, 0..1): all of its work except that on the rows it keeps. With the plan
 * of the simulated index, as little is saved as its cost says, because costs count pages in memory as if they were on disk.
 */
export function withoutDropped(
  context: RuleContext,
  entry: StatementCase,
  { node, ofPlan, estimate = null }: { node: PlanNode; ofPlan: number; estimate?: IndexCandidate['estimate'] },
): Part {
  const kept = Math.max(0, node.rows - (node.rowsUnmatched ?? 0)) * Math.max(1, node.loops);
  const dropped = rowsDropped(node);
  // For a plan that was not executed, or that only orders, rows do not tell what is kept.
  const byRows = dropped > 0 ? kept / (kept + dropped) : 0;
  const byCost = estimate === null || estimate.costBefore <= 0 ? byRows : clampRatio(estimate.costAfter / estimate.costBefore);
  return partOfDatabase(context, entry, [ofPlan * (1 - Math.max(byRows, byCost)), ofPlan * (1 - byRows)]);
}
