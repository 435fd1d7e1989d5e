import { createHash } from 'node:crypto';
import { RefusedError } from '../core/model/errors.js';
import type { Cause } from '../core/model/incident.js';
import type { AppliedRemedy, IncidentActivities, RemedyApproval, RemedyPlan } from './contract.js';
import type { ActivityDependencies, RemedyAction } from './dependencies.js';
import { withHeartbeat, type Beating } from './heartbeat.js';

/** Evidence ages: a plan that nobody decided on within this time is made afresh after a re-run. */
const planLifetimeMs = 2 * 3_600_000;

function actionOf(deps: ActivityDependencies, kind: string): RemedyAction | undefined {
  return deps.remedies.find((action) => action.kind === kind);
}

/** Keys in a fixed order, so that the same plan has the same id everywhere. */
function planIdOf(plan: Omit<RemedyPlan, 'planId'>): string {
  const { service, causeId, remedy, database, undo, expiresAt } = plan;
  const { kind, statement, expected, basis } = remedy;
  const canonical = JSON.stringify([service, causeId, [kind, statement, expected, basis], database, undo, expiresAt]);
  return createHash('sha256').update(canonical).digest('hex');
}

/** The database that a cause names; with a single one in the catalog, that. Otherwise nothing tells which one is meant, and guessing is no option here. */
function databaseOf(deps: ActivityDependencies, endpoint: string, cause: Cause, engine: string): string | null {
  const names = deps.catalog
    .databases(endpoint)
    .databases.filter(({ kind }) => kind === engine)
    .map(({ name }) => name);
  const [only, ...others] = names;
  const named = cause.location.database ?? (others.length === 0 ? only : undefined);
  return named !== undefined && names.includes(named) ? named : null;
}

/** The first cause, by share, whose remedy can be applied here and is allowed by the catalog. */
function planFor(deps: ActivityDependencies, endpoint: string, causes: readonly Cause[], now: string): RemedyPlan | null {
  const allowed = deps.catalog.remedies(endpoint);
  for (const cause of causes) {
    const { remedy } = cause;
    const action = actionOf(deps, remedy.kind);
    if (action === undefined || !allowed.includes(remedy.kind) || !action.canPlan(remedy.statement)) continue;
    const database = databaseOf(deps, endpoint, cause, action.engine);
    if (database === null) continue;
    const service = endpoint.split('/')[0] ?? endpoint;
    const expiresAt = new Date(Date.parse(now) + planLifetimeMs).toISOString();
    const plan = { service, causeId: cause.id, remedy, database, undo: action.undo(remedy.statement), expiresAt };
    const rule = deps.catalog.approval();
    return { planId: planIdOf(plan), ...plan, ...(rule === 'any' ? {} : { approval: rule }) };
  }
  return null;
}

async function apply(
  deps: ActivityDependencies,
  incidentId: string,
  endpoint: string,
  plan: RemedyPlan,
  how: { beating: Beating; isUndo: boolean; approval: RemedyApproval | undefined },
): Promise<AppliedRemedy> {
  const { beating, isUndo, approval } = how;
  const { planId, ...rest } = plan;
  const { kind, statement } = plan.remedy;
  if (planIdOf(rest) !== planId)
    throw new RefusedError('the plan is not the one that was approved: its content does not match its id; triage again');
  const action = actionOf(deps, kind);
  if (action === undefined || !deps.catalog.remedies(endpoint).includes(kind))
    throw new RefusedError(
      `remedy ${kind}: expected one that the catalog allows for ${endpoint}; add it to remedies there, or do it by hand`,
    );
  const frozen = deps.catalog.changeRefusal(endpoint, Date.now());
  if (frozen !== null)
    throw new RefusedError(`${frozen} (changeWindow of the catalog); send rerunConfirmation then, which makes a fresh plan`);
  const access = deps.catalog.databases(endpoint).databases.find(({ name }) => name === plan.database);
  if (access === undefined)
    throw new RefusedError(
      `database ${plan.database ?? '?'}: expected its connection where the worker runs, got none; set it and approve again`,
    );
  const url = access.remedyUrl === undefined ? access.url : access.remedyUrl;
  if (url === null)
    throw new RefusedError(
      `remedyConnection of ${access.name}: expected its secret where the worker runs, got none; set it and approve again`,
    );
  const act = isUndo ? action.takeBack : action.apply;
  if (act === null) throw new RefusedError(`undo of ${kind}: ${plan.undo}`);
  beating.show({ state: `${isUndo ? 'undo of ' : ''}${kind} on ${access.name}` });
  const startedMs = Date.now();
  const who = approval === undefined ? 'unknown' : `${approval.by} (${approval.proof})`;
  const { applied, detail } = await deps.audited(
    {
      action: isUndo ? 'undo' : 'sql',
      subject: incidentId,
      target: `${endpoint} ${access.name}`,
      who,
      what: isUndo ? plan.undo : statement,
      planId,
    },
    () =>
      act({
        ...{ url, mayBeSuperuser: access.mayBeSuperuser, statement, tag: incidentId, signal: beating.signal },
        onProgress: (state) => beating.show({ state }),
      }),
    (result) => `${result.applied ? 'done' : 'not done'}: ${result.detail}`,
  );
  return { planId, applied, detail, tookMs: Date.now() - startedMs };
}

export function createRemedyActivities(
  deps: ActivityDependencies,
): Pick<IncidentActivities, 'planRemedy' | 'applyRemedy' | 'takeBackRemedy'> {
  return {
    planRemedy: (_incidentId, endpoint, causes, now) => Promise.resolve(planFor(deps, endpoint, causes, now)),
    applyRemedy: (incidentId, endpoint, plan, approval) =>
      withHeartbeat((beating) => apply(deps, incidentId, endpoint, plan, { beating, isUndo: false, approval })),
    takeBackRemedy: (incidentId, endpoint, plan, approval) =>
      withHeartbeat((beating) => apply(deps, incidentId, endpoint, plan, { beating, isUndo: true, approval })),
  };
}
