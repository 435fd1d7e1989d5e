/** Values for the parameters of a statement whose sessions showed none. */
import { middleOffset, explains } from '../../../core/database/plan/plan-choice.js';
import { ownOffsets, ownValueSets } from '../../../core/database/sql/own-values.js';
import { chooseValues, firstPage, hasOffsetParameter, type ValueSet } from '../../../core/database/sql/parameter-values.js';
import { readQueryShape } from '../../../core/database/sql/read-shape.js';
import type { TableStatistics } from '../../../core/database/indexes/table-statistics.js';
import { parameterTypes, type CustomPlan, type CustomPlanOrder } from './explain.js';
import { newestValues } from './newest-values.js';
import type { TrialSet } from '../../../core/database/sql/trial-values.js';
import type { PlanRequest } from './plan-request.js';
import type { Session } from './session.js';

export type ValueOrder = CustomPlanOrder & {
  note: string;
  /** Why it may only be explained; null when it may be executed. */
  refusal: string | null;
  /** Some of the values are from the statistics or the rows, not from a request. */
  isGuess?: boolean;
  /** The text of a session, its values in it. */
  isOfSession?: boolean;
};

export interface TriedOrder {
  plan: CustomPlan;
  order: ValueOrder;
}

/** Those of our own requests, then from the statistics, then, where none of these reads like the window, from the newest rows of tables that outgrew their statistics. */
export async function* valueOrders(
  session: Session,
  request: PlanRequest,
  base: Omit<ValueOrder, 'values' | 'note'>,
  found: readonly TriedOrder[],
): AsyncGenerator<ValueOrder> {
  const { parsed, path, requestValues, statement, tables } = request;
  const types = await parameterTypes(session, parsed, path);
  const shape = readQueryShape(parsed, namesOf(tables));
  const limit = Math.max(firstPage.limit, Math.ceil(statement.rowsPerCall));
  const guessed = (set: ValueSet, offset: number, from: readonly TableStatistics[] = tables): string[] | null =>
    chooseValues(parsed, shape, from, types, set, { limit, offset });
  const guess = (values: string[] | null, note: string): ValueOrder[] =>
    values === null ? [] : [{ ...base, values, isGuess: true, note }];

  const offsets = hasOffsetParameter(parsed) ? ownOffsets(requestValues, limit) : [];
  for (const values of ownValueSets({ parsed, shape, tables, types }, requestValues, { limit, offset: offsets[0] ?? 0 }))
    yield { ...base, values, note: 'values of our own requests' };
  const typical = guessed('typical', 0);
  for (const set of ['typical', 'common'] as const) {
    const values = guessed(set, 0);
    if (set === 'common' && values?.join() === typical?.join()) continue;
    const from = `${set} values from the statistics`;
    yield* guess(values, from);
    for (const offset of offsets) yield* guess(guessed(set, offset), `${from}, the page that our own requests ask for (${offset})`);
    // How many rows there are to page through, the plan of the first page tells.
    const middle = hasOffsetParameter(parsed) && values !== null ? middleOf(found) : null;
    if (middle !== null) yield* guess(guessed(set, middle), `${from}, a page from the middle (${middle})`);
  }
  if (found.some((each) => explains(each, statement))) return;
  const newest = await newestValues(session, tables, shape);
  if (newest !== null)
    yield* guess(guessed('common', offsets[0] ?? 0, newest), 'values of the newest rows, which the statistics do not know');
}

/** Other kinds of values, to try an index with; none where the statement has no parameters, or nothing is known of what they are compared with. */
export async function trialOrders(
  session: Session,
  { parsed: normalised, template, path, statement, tables }: PlanRequest,
  execute: CustomPlanOrder['execute'],
): Promise<(CustomPlanOrder & { values: string[]; kind: 'common' | TrialSet })[]> {
  const parsed = template ?? normalised;
  if (parsed.parameters === 0) return [];
  const types = await parameterTypes(session, parsed, path).catch(() => null);
  if (types === null) return [];
  const shape = readQueryShape(parsed, namesOf(tables));
  const page = { limit: Math.max(firstPage.limit, Math.ceil(statement.rowsPerCall)), offset: 0 };
  const orders = (['common', 'rare', 'absent'] as const).flatMap((kind) => {
    const values = chooseValues(parsed, shape, tables, types, kind, page);
    return values === null ? [] : [{ parsed, path, execute, values, kind }];
  });
  // The same values twice tell nothing more: a statement whose parameters are compared with nothing.
  return [...new Map(orders.map((order) => [order.values.join(), order])).values()];
}

function middleOf(found: readonly TriedOrder[]): number | null {
  const plan = found.at(-1)?.plan.plan;
  return plan === undefined ? null : middleOffset(plan);
}

function namesOf(tables: readonly TableStatistics[]): { schema: string; relation: string; columns: string[] }[] {
  return tables.map(({ facts, columns }) => ({
    schema: facts.schema,
    relation: facts.relation,
    columns: columns.map((column) => column.name),
  }));
}
