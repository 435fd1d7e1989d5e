import type { ParsedStatement } from '../../../core/database/sql/parse-statement.js';
import { closestPlan, explains, withoutAccidents } from '../../../core/database/plan/plan-choice.js';
import { judgeSafety } from '../../../core/database/sql/statement-safety.js';
import type { QueryPlan, StatementScan } from '../../../core/model/database.js';
import type { MissingEvidence } from '../../../core/model/observation.js';
import { customPlan, genericPlan, type CustomPlan, type CustomPlanOrder } from './explain.js';
import { whyUnsafeToExecute } from './execution-safety.js';
import type { PlanRequest } from './plan-request.js';
import type { ServerFeatures } from './server-features.js';
import { errorCode, errorText, type Session } from './session.js';
import { valueOrders, type TriedOrder, type ValueOrder } from './value-orders.js';

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
 * The best plan to be had, and how it was got: with the values of running sessions; with those of our own requests, with values from the statistics or from
 * the newest rows, typed by the server (of several the one whose time, rows and blocks come closest to what the window measured); without values as a
 * generic plan.
 */
export async function findPlan(session: Session, features: ServerFeatures, request: PlanRequest): Promise<PlanResult> {
  try {
    const found = await bestOf(session, features, request);
    if (found !== null) {
      const plan = withoutAccidents(found.plan.plan, request.statement);
      return describe({ ...found.plan, plan }, found.order, [found.plan.whyNot, found.order.refusal]);
    }
  } catch (error) {
    return await fallBack(session, features, request, error);
  }
  return await fallBack(session, features, request, null);
}

/** In the order in which they are tried; `found` grows meanwhile. */
async function* ordersOf(
  session: Session,
  features: ServerFeatures,
  request: PlanRequest,
  found: readonly TriedOrder[],
): AsyncGenerator<ValueOrder> {
  const { parsed, path, samples } = request;
  const base = async (text: ParsedStatement): Promise<Omit<ValueOrder, 'values' | 'note'>> => {
    const refusal = await whyNotExecute(session, features, request, text);
    return { parsed: text, path, execute: refusal === null ? limitsOf(request) : null, refusal };
  };
  if (parsed.parameters === 0) {
    yield { ...(await base(parsed)), values: [], note: 'the statement has no parameters' };
    return;
  }
  for (const sample of samples) yield { ...(await base(sample)), values: [], note: 'values of a running session', isOfSession: true };
  const asked = request.template ?? parsed;
  yield* valueOrders(session, { ...request, parsed: asked }, await base(asked), found);
}

function limitsOf({ statement }: PlanRequest): CustomPlanOrder['execute'] {
  return { timeoutMs: Math.min(longestRunMs, Math.max(2000, 20 * statement.meanExecMs)), largestCost };
}

function describe(plan: CustomPlan, order: ValueOrder, notes: (string | null)[]): PlanResult {
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

/**
 * The values of a session are the window's own when their plan reads, spills and returns as its calls did, and then nothing else is tried. Else those of our
 * own requests come first where their plan does, and the closest one counts.
 */
async function bestOf(session: Session, features: ServerFeatures, request: PlanRequest): Promise<TriedOrder | null> {
  const found: TriedOrder[] = [];
  let lastError: Error | null = null;
  try {
    for await (const order of ordersOf(session, features, request, found)) {
      const plan = await customPlan(session, order).catch((error: unknown) => {
        lastError = asError(error);
        return null;
      });
      if (plan === null) continue;
      found.push({ plan, order });
      if (order.isOfSession === true && explains({ plan }, request.statement)) break;
    }
  } catch (error) {
    lastError = asError(error);
  }
  if (found.length === 0 && lastError !== null) throw lastError;
  // How long one run takes is partly chance: it must not put a guess before values that were really asked with.
  const real = found.filter((each) => each.order.isGuess !== true && explains(each, request.statement));
  return closestPlan(real.length > 0 ? real : found, request.statement);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
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
async function whyNotExecute(
  session: Session,
  features: ServerFeatures,
  request: PlanRequest,
  text: ParsedStatement,
): Promise<string | null> {
  const safety = judgeSafety(text);
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
