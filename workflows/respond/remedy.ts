import { isCancellation } from '@temporalio/workflow';
import type { AppliedRemedy, RemedyApproval, RemedyPlan } from '../../activities/contract.js';
import { light, remedying } from '../kernel/activity-options.js';
import { inStage } from '../kernel/board.js';
import { describeFailure } from '../kernel/describe-failure.js';
import { addReason, nowIso, type IncidentState } from './incident-state.js';
import type { ResolvedLoad } from './messages.js';
import { enter } from './publish.js';

/** Puts a remedy on the table when a cause has one that the catalog allows. Nothing is done before somebody approves it. */
export async function offerRemedy(state: IncidentState, { target }: ResolvedLoad): Promise<void> {
  const { incidentId, endpoint, causes } = state.findings;
  const isAllowed = causes.some(({ remedy }) => target.remedies.includes(remedy.kind));
  if (!isAllowed) return;
  try {
    const plan = (): Promise<RemedyPlan | null> =>
      light.planRemedy.executeWithOptions({ summary: 'a remedy the catalog allows' }, [incidentId, endpoint, causes, nowIso()]);
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

/** An approval is for the evidence of its time: one that waited, behind a load say, until the plan expired is not acted on. */
function isTooLate({ expiresAt }: RemedyPlan): boolean {
  return Date.parse(expiresAt) <= Date.now();
}

/** Acts on a decision. Returns true when something was changed in the world, which the same load must then prove. */
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

async function apply(state: IncidentState, plan: RemedyPlan, approval: RemedyApproval): Promise<boolean> {
  const { incidentId, endpoint } = state.findings;
  const { planId, undo } = plan;
  try {
    const act = (): Promise<AppliedRemedy> =>
      remedying.applyRemedy.executeWithOptions({ summary: `${plan.remedy.kind}, approved by ${approval.by.slice(0, 60)}` }, [
        incidentId,
        endpoint,
        plan,
        approval,
      ]);
    const { applied, detail } = await inStage(state.kernel, 'apply remedy', act, (result) => result.detail);
    const text = `${applied ? 'applied' : 'not applied'}: ${detail}; undo: ${undo}`;
    addReason(state, text);
    state.timeline.record({ kind: 'remedy-applied', planId, applied, text });
    return applied;
  } catch (error) {
    if (isCancellation(error)) throw error;
    const text = `the remedy failed: ${describeFailure(error)}; if a part of it was done, undo: ${undo}`;
    addReason(state, text);
    state.timeline.record({ kind: 'remedy-applied', planId, applied: false, text });
    return false;
  }
}
