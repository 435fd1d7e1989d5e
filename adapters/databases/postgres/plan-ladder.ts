import { chooseValues, firstPage, hasOffsetParameter, type Page, type ValueSet } from '../../../core/database/sql/parameter-values.js';
import { ownValueSets } from '../../../core/database/sql/own-values.js';
import type { ParsedStatement } from '../../../core/database/sql/parse-statement.js';
import { closestPlan, middleOffset, withoutAccidents } from '../../../core/database/plan/plan-choice.js';
import { readQueryShape } from '../../../core/database/sql/read-shape.js';
import { judgeSafety } from '../../../core/database/sql/statement-safety.js';
import type { TableStatistics } from '../../../core/database/indexes/table-statistics.js';
import type { QueryPlan, StatementDelta, StatementScan } from '../../../core/model/database.js';
import type { MissingEvidence } from '../../../core/model/observation.js';
import { customPlan, genericPlan, parameterTypes, type CustomPlan, type CustomPlanOrder } from './explain.js';
import { whyUnsafeToExecute } from './execution-safety.js';
import type { ServerFeatures } from './server-features.js';
import { errorCode, errorText, type Session } from './session.js';

export interface PlanRequest {
  parsed: ParsedStatement;
  /** Text of a running session with its real values, when one was seen. */
  sample: ParsedStatement | null;
  statement: StatementDelta;
  tables: readonly TableStatistics[];
  views: readonly string[];
  /** Search path of whoever runs it in production. */
  path: readonly string[];
  /** Values of the requests that ran it; empty when they are not known. */
  requestValues: readonly string[];
}

export interface PlanResult {
  source: StatementScan['planSource'];
  note: string | null;
  plan: QueryPlan | null;
  raw: string | null;
  /** How to get the same plan again; null for a generic one. */
  order: CustomPlanOrder | null;
  /** The values of its parameters are ours, from the statistics. */
  valuesGuessed?: boolean;
  missing: MissingEvidence[];
}

/** Executing longer than this would itself be a load on the server. */
const longestRunMs = 10_000;
const largestCost = 20_000_000;
const insufficientPrivilege = '42501';

/**
 * The best plan to be had, and how it was got: with the values of a running session; with values from the statistics, typed by the server
 * (of several sets the one whose time and rows come closest to what the window measured); without values as a generic plan.
 */
export async function findPlan(session: Session, features: ServerFeatures, request: PlanRequest): Promise<PlanResult> {
  const refusal = await whyNotExecute(session, features, request);
  const timeoutMs = Math.min(longestRunMs, Math.max(2000, 20 * request.statement.meanExecMs));
  const execute = refusal === null ? { timeoutMs, largestCost } : null;
  try {
    const orders = await customOrders(session, request, execute);
    const found = orders.length === 0 ? null : await bestOf(session, orders, request.statement);
    if (found !== null) {
      const plan = withoutAccidents(found.plan.plan, request.statement);
      return describe({ ...found.plan, plan }, found.order, [found.plan.whyNot, refusal]);
    }
  } catch (error) {
    return await fallBack(session, features, request, error);
  }
  return await fallBack(session, features, request, null);
}

function describe(plan: CustomPlan, order: NotedOrder, notes: (string | null)[]): PlanResult {
  const note = [order.note, ...notes].filter((each) => each !== null).join('; ');
  return {
    source: plan.executed ? 'analyze' : 'explain',
    note,
    plan: plan.plan,
    raw: plan.raw,
    order,
    missing: [],
    valuesGuessed: order.isGuess === true,
  };
}

type NotedOrder = CustomPlanOrder & {
  note: string;
  isGuess?: boolean;
  /** The same for another page; absent where no parameter tells the page. */
  atOffset?: (offset: number) => NotedOrder[];
};

async function customOrders(session: Session, request: PlanRequest, execute: CustomPlanOrder['execute']): Promise<NotedOrder[]> {
  const { parsed, sample, path } = request;
  if (parsed.parameters === 0) return [{ parsed, values: [], path, execute, note: 'the statement has no parameters' }];
  if (sample?.parameters === 0 && sample.kind === parsed.kind)
    return [{ parsed: sample, values: [], path, execute, note: 'values of a running session' }];
  const types = await parameterTypes(session, parsed, path);
  const shape = readQueryShape(
    parsed,
    request.tables.map(({ facts, columns }) => ({
      schema: facts.schema,
      relation: facts.relation,
      columns: columns.map((column) => column.name),
    })),
  );
  const limit = Math.max(firstPage.limit, Math.ceil(request.statement.rowsPerCall));
  const orderOf = (set: ValueSet, page: Page, place = ''): NotedOrder[] => {
    const values = chooseValues(parsed, shape, request.tables, types, set, page);
    return values === null ? [] : [{ parsed, values, path, execute, isGuess: true, note: `${set} values from the statistics${place}` }];
  };
  const own = ownValueSets({ parsed, shape, tables: request.tables, types }, request.requestValues, { limit, offset: 0 }).map(
    (values): NotedOrder => ({ parsed, values, path, execute, note: 'values of our own requests' }),
  );
  const sets: ValueSet[] = ['typical', 'common'];
  const orders = sets.flatMap((set): NotedOrder[] =>
    orderOf(set, { limit, offset: 0 }).map((order) =>
      hasOffsetParameter(parsed)
        ? { ...order, atOffset: (offset) => orderOf(set, { limit, offset }, `, a page from the middle (${offset})`) }
        : order,
    ),
  );
  return [...own, ...orders.filter((order, index) => index === 0 || order.values.join() !== orders[0]?.values.join())];
}

async function bestOf(
  session: Session,
  orders: NotedOrder[],
  statement: StatementDelta,
): Promise<{ plan: CustomPlan; order: NotedOrder } | null> {
  const found: { plan: CustomPlan; order: NotedOrder }[] = [];
  let lastError: Error | null = null;
  // Grows while it is gone through: how many rows there are to page through, the plan of the first page tells.
  const untried = [...orders];
  for (const order of untried) {
    try {
      const plan = await customPlan(session, order);
      found.push({ plan, order });
      untried.push(...(order.atOffset?.(middleOffset(plan.plan) ?? 0) ?? []));
    } catch (error) {
      lastError = error instanceof Error ? error : new Error(String(error));
    }
  }
  if (found.length === 0 && lastError !== null) throw lastError;
  return closestPlan(found, statement);
}

async function fallBack(session: Session, features: ServerFeatures, request: PlanRequest, cause: unknown): Promise<PlanResult> {
  if (errorCode(cause) === insufficientPrivilege)
    return nothing(errorText(cause), [missingRight(features.role, request.parsed, errorText(cause))]);
  try {
    const plan = await genericPlan(session, request.parsed, request.parsed.parameters, request.path);
    const note = `generic plan: no values for the parameters${cause === null ? '' : ` (${errorText(cause)})`}`;
    return { source: 'generic-plan', note, plan: plan.plan, raw: plan.raw, order: null, missing: [] };
  } catch (error) {
    return nothing(errorText(cause ?? error), []);
  }
}

function nothing(note: string, missing: MissingEvidence[]): PlanResult {
  return { source: 'none', note: `no plan: ${note}`, plan: null, raw: null, order: null, missing };
}

/** To explain a statement takes the right to run it, and who may read all tables may still not write to them. */
function missingRight(role: string, { tree }: ParsedStatement, why: string): MissingEvidence {
  const name = `"${role.replaceAll('"', '""')}"`;
  // `FOR UPDATE` asks for the right to update, too.
  const isRead = 'SelectStmt' in tree && (tree.SelectStmt.lockingClause ?? []).length === 0;
  if (isRead) return { id: 'database-select', what: 'plans of statements', why, remedy: `GRANT pg_read_all_data TO ${name}` };
  return {
    id: 'database-write',
    what: 'plans of statements that write',
    why,
    remedy: `Give the plan by hand (triage --plan FILE), or GRANT pg_write_all_data TO ${name} for as long as it takes: the responder only explains such statements, but the role may then write`,
  };
}

/** Why the statement is only explained; null when it may be executed. */
async function whyNotExecute(session: Session, features: ServerFeatures, request: PlanRequest): Promise<string | null> {
  const safety = judgeSafety(request.sample?.parameters === 0 ? request.sample : request.parsed);
  if (!safety.safe) return `not executed: ${safety.why}`;
  if (features.lockWaiters > 0) return 'not executed: sessions wait for locks right now';
  if (request.views.length > 0) return `not executed: it reads the view ${request.views.join(', ')}`;
  if (request.tables.some((table) => table.kind === 'foreign')) return 'not executed: it reads a foreign table';
  return await whyUnsafeToExecute(session, {
    called: safety.called,
    tables: request.tables.map(({ facts }) => facts),
    path: request.path,
  });
}
