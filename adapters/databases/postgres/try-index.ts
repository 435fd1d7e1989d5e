/** An index that is advised is tried with several kinds of values before it is called sure. */
import { judgeTrial, type TrialInput } from '../../../core/database/indexes/index-trial.js';
import type { IndexCandidate, IndexTrial, QueryPlan } from '../../../core/model/database.js';
import { planOperator } from '../../../core/engines/registry.js';
import { customPlan, simulateIndex, type CustomPlanOrder, type Simulation } from './explain.js';
import type { PlanResult } from './plan-ladder.js';
import type { PlanRequest } from './plan-request.js';
import type { ServerFeatures } from './server-features.js';
import type { Session } from './session.js';
import { trialOrders } from './value-orders.js';

interface Trying {
  session: Session;
  features: ServerFeatures;
  request: PlanRequest;
  result: PlanResult;
}

/** Those that the planner would use, each with what it does for other values. Without HypoPG the counted rows alone speak. */
export async function tryCandidates(trying: Trying, candidates: readonly IndexCandidate[]): Promise<IndexCandidate[]> {
  const kept: IndexCandidate[] = [];
  for (const candidate of candidates) {
    const simulated = await simulate(trying, candidate, trying.result.order);
    if (simulated?.isUsed === false) continue;
    const tried = await tryValues(trying, candidate, simulated);
    kept.push({
      ...candidate,
      ...(simulated === null ? {} : { estimate: { costBefore: simulated.costBefore, costAfter: simulated.costAfter } }),
      ...(tried.length === 0 ? {} : { tried }),
    });
  }
  return kept;
}

/** Null where nothing can be simulated: no HypoPG, no values, or a kind of index that it does not know. */
async function simulate(
  { session, features }: Trying,
  candidate: IndexCandidate,
  order: CustomPlanOrder | null,
): Promise<Simulation | null> {
  const { hypopgSchema } = features;
  if (hypopgSchema === null || order === null || candidate.method !== 'btree') return null;
  return await simulateIndex(session, hypopgSchema, { ...order, execute: null }, candidate.statement).catch(() => null);
}

/** The values of the plan first, as they are; then the others, where the statement has parameters to put them in. */
async function tryValues(trying: Trying, candidate: IndexCandidate, simulated: Simulation | null): Promise<IndexTrial[]> {
  const { session, request, result } = trying;
  const { plan, order } = result;
  if (plan === null || order === null || candidate.method !== 'btree') return [];
  const input = { tableRows: rowsOf(request, candidate), wanted: wantedRows(plan) };
  const first = judgeTrial(candidate, { ...input, values: 'plan', plan, simulated: pricesOf(simulated) });
  // What leads to the matches alone can be priced, not counted.
  if (candidate.stopsEarly !== true && simulated === null) return [first];
  const tried = [first];
  for (const { kind, ...other } of await trialOrders(session, request, order.execute)) {
    const prices = pricesOf(await simulate(trying, candidate, other));
    const run = candidate.stopsEarly === true ? await customPlan(session, other).catch(() => null) : null;
    if (run === null && prices === null) continue;
    tried.push(judgeTrial(candidate, { ...input, values: kind, plan: run?.plan ?? null, simulated: prices }));
  }
  return tried;
}

function pricesOf(simulated: Simulation | null): TrialInput['simulated'] {
  if (simulated === null) return null;
  return { before: simulated.costBefore, after: simulated.costAfter, wholeScan: simulated.wholeScan, isUsed: simulated.isUsed };
}

function rowsOf({ tables }: PlanRequest, { schema, relation }: IndexCandidate): number {
  return tables.find(({ facts }) => facts.schema === schema && facts.relation === relation)?.rows ?? 0;
}

/** With those that OFFSET skips: the node below the LIMIT gave so many before it was stopped. */
function wantedRows(plan: QueryPlan): number {
  const limit = plan.nodes.find((node) => planOperator(plan.format, node.nodeType) === 'limit');
  const below = limit === undefined ? undefined : plan.nodes.find((node) => node.parentId === limit.id);
  return below === undefined ? Infinity : Math.max(1, plan.analyzed ? below.rows : below.rowsEstimated);
}
