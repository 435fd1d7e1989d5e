import { createHash } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { RefusedError } from '../core/model/errors.js';
import { isRunbookRemedy } from '../core/decisions/remedy/runbook-remedies.js';
import type { Cause } from '../core/model/cause.js';
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
  const { service, causeId, remedy, database, undo, expiresAt, runbook } = plan;
  const { kind, statement, expected, basis } = remedy;
  const bound = [service, causeId, [kind, statement, expected, basis], database, undo, expiresAt];
  const canonical = JSON.stringify(runbook === undefined ? bound : [...bound, runbook.digest, runbook.snapshot]);
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

/** The first runbook that the evidence asks for and the catalog allows; a person approves what it runs, and the same load proves it. */
async function planByRunbook(
  deps: ActivityDependencies,
  endpoint: string,
  causes: readonly Cause[],
  when: { now: string; begunAt: string },
): Promise<RemedyPlan | null> {
  const allowed = deps.catalog.remedies(endpoint).filter(isRunbookRemedy);
  if (allowed.length === 0) return null;
  const service = endpoint.split('/')[0] ?? endpoint;
  const { cancellationSignal: signal } = Context.current();
  const order = { service, causes: causes.map(({ id, summary }) => ({ id, summary })), begunAtMs: Date.parse(when.begunAt), signal };
  for (const proposal of await deps.proposeRunbooks(order)) {
    const kind = allowed.find((one) => proposal.kinds.includes(one));
    if (kind === undefined) continue;
    const { runbook: name, file, snapshot, digest, parameters, commands, why, risk } = proposal;
    const remedy = {
      kind,
      statement: commands.join('; ') || name,
      expected: `${why} (runbook ${name}, risk ${risk})`,
      basis: 'none' as const,
    };
    const expiresAt = new Date(Date.parse(when.now) + planLifetimeMs).toISOString();
    const undo = `a failed step is undone by ${name} itself; what ended well stays`;
    const rule = deps.catalog.approval();
    const runbook = { name, file, snapshot, digest, parameters };
    const plan = { service, causeId: causes[0]?.id ?? 'suspected-change', remedy, database: null, undo, expiresAt, runbook };
    return { planId: planIdOf(plan), ...plan, ...(rule === 'any' ? {} : { approval: rule }) };
  }
  return null;
}

interface PermittedAct {
  act: RemedyAction['apply'];
  url: string;
  database: string;
  mayBeSuperuser: boolean;
}

/** The action and its connection, if plan, catalog and change window still allow it. Throws RefusedError with what to do. */
function permitted(deps: ActivityDependencies, endpoint: string, plan: RemedyPlan, isUndo: boolean): PermittedAct {
  const { planId, ...rest } = plan;
  const { kind } = plan.remedy;
  if (planIdOf(rest) !== planId)
    throw new RefusedError('the plan is not the one that was approved: its content does not match its id; triage again');
  if (plan.runbook !== undefined) throw new RefusedError(`undo of ${plan.runbook.name}: ${plan.undo}`);
  const action = actionOf(deps, kind);
  if (action === undefined || !deps.catalog.remedies(endpoint).includes(kind))
    throw new RefusedError(
      `remedy ${kind}: expected one that the catalog allows for ${endpoint}; add it to remedies there, or do it by hand`,
    );
  const frozen = deps.catalog.changeRefusal(endpoint, Date.now());
  if (frozen !== null)
    throw new RefusedError(`${frozen} (changeWindow of the catalog); send rerunConfirmation then, which makes a fresh plan`);
  const act = isUndo ? action.takeBack : action.apply;
  const connection = connectionFor(deps, endpoint, plan.database);
  if (act === null) throw new RefusedError(`undo of ${kind}: ${plan.undo}`);
  return { act, ...connection };
}

/** Where the remedy is applied. Throws RefusedError when this worker cannot reach that database. */
function connectionFor(deps: ActivityDependencies, endpoint: string, database: string | null): Omit<PermittedAct, 'act'> {
  const access = deps.catalog.databases(endpoint).databases.find(({ name }) => name === database);
  if (access === undefined)
    throw new RefusedError(
      `database ${database ?? '?'}: expected its connection where the worker runs, got none; set it and approve again`,
    );
  const url = access.remedyUrl === undefined ? access.url : access.remedyUrl;
  if (url === null)
    throw new RefusedError(
      `remedyConnection of ${access.name}: expected its secret where the worker runs, got none; set it and approve again`,
    );
  return { url, database: access.name, mayBeSuperuser: access.mayBeSuperuser };
}

async function apply(
  deps: ActivityDependencies,
  incidentId: string,
  endpoint: string,
  plan: RemedyPlan,
  how: { beating: Beating; isUndo: boolean; approval: RemedyApproval | undefined },
): Promise<AppliedRemedy> {
  const { beating, isUndo, approval } = how;
  const { planId } = plan;
  const { kind, statement } = plan.remedy;
  const { act, url, database, mayBeSuperuser } = permitted(deps, endpoint, plan, isUndo);
  beating.show({ state: `${isUndo ? 'undo of ' : ''}${kind} on ${database}` });
  const startedMs = Date.now();
  const who = approval === undefined ? 'unknown' : `${approval.by} (${approval.proof})`;
  const { applied, detail } = await deps.audited(
    {
      action: isUndo ? 'undo' : 'sql',
      subject: incidentId,
      target: `${endpoint} ${database}`,
      who,
      what: isUndo ? plan.undo : statement,
      planId,
    },
    () =>
      act({
        ...{ url, mayBeSuperuser, statement, tag: incidentId, signal: beating.signal },
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
    planRemedy: async (_incidentId, endpoint, causes, now, begunAt = now) =>
      planFor(deps, endpoint, causes, now) ?? (await planByRunbook(deps, endpoint, causes, { now, begunAt })),
    applyRemedy: (incidentId, endpoint, plan, approval) =>
      withHeartbeat((beating) => apply(deps, incidentId, endpoint, plan, { beating, isUndo: false, approval })),
    takeBackRemedy: (incidentId, endpoint, plan, approval) =>
      withHeartbeat((beating) => apply(deps, incidentId, endpoint, plan, { beating, isUndo: true, approval })),
  };
}
