import { executeChild, isCancellation } from '@temporalio/workflow';
import type { AppliedRemedy, RemedyApproval, RemedyPlan } from '../../activities/contract.js';
import type { RunStart } from '../../core/command/runbook/run-state.js';
import { isRunbookRemedy } from '../../core/decisions/remedy/runbook-remedies.js';
import { incidentsQueue } from '../kernel/task-queues.js';
import type { executeRunbook } from '../runbook/execute-runbook.js';
import { light, remedying } from '../kernel/activity-options.js';
import { inStage } from '../kernel/board.js';
import { describeFailure } from '../kernel/describe-failure.js';
import { addReason, nowIso, type IncidentState } from './incident-state.js';
import type { ResolvedLoad } from './messages.js';
import { enter } from './publish.js';

/** Offers a remedy when a cause has one that the catalog allows. Nothing is done before somebody approves it. */
export async function offerRemedy(state: IncidentState, { target }: ResolvedLoad): Promise<void> {
  const { incidentId, endpoint, causes } = state.findings;
  const isAllowed = causes.some(({ remedy }) => target.remedies.includes(remedy.kind));
  // A change that came before a confirmed symptom may be rolled back, whatever the cause.
  const mayRunbook = state.findings.confirmation?.verdict === 'confirmed' && target.remedies.some(isRunbookRemedy);
  if (!isAllowed && !mayRunbook) return;
  try {
    const plan = (): Promise<RemedyPlan | null> =>
      light.planRemedy.executeWithOptions({ summary: 'a remedy the catalog allows' }, [
        incidentId,
        endpoint,
        causes,
        nowIso(),
        state.start.acceptedAt,
      ]);
    const found = await inStage(state.kernel, 'plan remedy', plan, (planned) => planned?.remedy.statement ?? 'none');
    state.remedyPlan = found;
    state.decision = null;
    if (found !== null)
      state.timeline.record({ kind: 'remedy-proposed', planId: found.planId, text: `proposed: ${found.remedy.statement}` });
  } catch (error) {
    if (isCancellation(error)) throw error;
    addReason(state, `no remedy could be planned: ${describeFailure(error)}`);
  }
}

export function withdrawRemedy(state: IncidentState): void {
  if (state.remedyPlan !== null) tellExpired(state, state.remedyPlan, 'undecided');
  state.remedyPlan = null;
}

function tellExpired(state: IncidentState, { planId }: RemedyPlan, how: string): void {
  const text = `the plan ${planId.slice(0, 12)} expired ${how}`;
  addReason(state, text);
  state.timeline.record({ kind: 'remedy-expired', planId, text });
}

/** An approval is for the evidence of its time. If it waited, for example behind a load, until the plan expired, it is not acted on. */
function isTooLate({ expiresAt }: RemedyPlan): boolean {
  return Date.parse(expiresAt) <= Date.now();
}

/** Acts on a decision. Returns true when something in the world was changed, which the same load must prove then. */
export async function followDecision(state: IncidentState, plan: RemedyPlan): Promise<boolean> {
  const { decision } = state;
  state.remedyPlan = null;
  if (decision === null) return false;
  const why = decision.reason === undefined ? '' : ` (${decision.reason})`;
  const isApproved = decision.decision === 'approve';
  addReason(state, `${decision.by} ${isApproved ? 'approved' : 'rejected'} the remedy: ${plan.remedy.statement}${why}`);
  if (!isApproved) return false;
  if (isTooLate(plan)) {
    tellExpired(state, plan, 'before its approval could be acted on, and nothing was changed; send rerunConfirmation for a fresh plan');
    return false;
  }
  enter(state, 'remedying', `applying: ${plan.remedy.statement}`);
  return apply(state, plan, { by: decision.by, proof: decision.proof ?? 'unverified' });
}

/** Applies a plan: a runbook as a workflow of its own, or an action on a database. */
function carryOut(state: IncidentState, plan: RemedyPlan, approval: RemedyApproval): Promise<AppliedRemedy> {
  const { incidentId, endpoint } = state.findings;
  const summary = `${plan.remedy.kind}, approved by ${approval.by.slice(0, 60)}`;
  return plan.runbook === undefined
    ? remedying.applyRemedy.executeWithOptions({ summary }, [incidentId, endpoint, plan, approval])
    : runRunbook(plan, plan.runbook, approval);
}

/** A plan runs once: its id names the run, and what was approved is what runs. */
async function runRunbook(
  plan: RemedyPlan,
  runbook: NonNullable<RemedyPlan['runbook']>,
  { by, proof }: RemedyApproval,
): Promise<AppliedRemedy> {
  const { name, file, snapshot, digest, parameters } = runbook;
  const begunMs = Date.now();
  const runId = `run-${plan.planId.slice(0, 12)}`;
  const actor = { person: by, proof: proof === 'proxy' ? ('trusted-proxy' as const) : proof };
  const start: RunStart = {
    ...{ runId, file, snapshot, given: parameters, digest, isDryRun: false, isGuided: false, approvesItself: false, by: actor },
    incidentId: null,
    approvals: [{ ...actor, at: new Date(begunMs).toISOString() }],
  };
  const { result } = await executeChild<typeof executeRunbook>('executeRunbook', {
    workflowId: runId,
    taskQueue: incidentsQueue,
    args: [start],
    parentClosePolicy: 'ABANDON',
    staticSummary: `${name}, approved by ${by}`.slice(0, 180),
  });
  const detail = `${runId} ran ${name}: ${result ?? 'no result'}`;
  return { planId: plan.planId, applied: result === 'success', detail, tookMs: Date.now() - begunMs };
}

async function apply(state: IncidentState, plan: RemedyPlan, approval: RemedyApproval): Promise<boolean> {
  const { planId, undo } = plan;
  try {
    const act = (): Promise<AppliedRemedy> => carryOut(state, plan, approval);
    const { applied, detail } = await inStage(state.kernel, 'apply remedy', act, (result) => result.detail);
    const text = `${applied ? 'applied' : 'not applied'}: ${detail}; undo: ${undo}`;
    addReason(state, text);
    const cause = plan.runbook === undefined ? plan.causeId : null;
    state.timeline.record({ kind: 'remedy-applied', planId, applied, cause, text });
    return applied;
  } catch (error) {
    if (isCancellation(error)) throw error;
    const text = `the remedy failed: ${describeFailure(error)}; if a part of it was done, undo: ${undo}`;
    addReason(state, text);
    state.timeline.record({ kind: 'remedy-applied', planId, applied: false, text });
    return false;
  }
}
