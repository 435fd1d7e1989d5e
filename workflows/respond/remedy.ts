import { isCancellation } from '@temporalio/workflow';
import type { AppliedRemedy, RemedyPlan } from '../../activities/contract.js';
import { light, remedying } from '../kernel/activity-options.js';
import { describeFailure } from '../kernel/describe-failure.js';
import { addReason, enter, nowIso, publish, type IncidentState, type ResolvedLoad } from './incident-state.js';
import { inStage } from './stage-rows.js';

/** Puts a remedy on the table when a cause has one that the catalog allows. Nothing is done before somebody approves it. */
export async function offerRemedy(state: IncidentState, { target }: ResolvedLoad): Promise<void> {
  const { incidentId, endpoint, causes } = state.incident;
  const isAllowed = causes.some(({ remedy }) => target.remedies.includes(remedy.kind));
  if (!isAllowed) return;
  try {
    const plan = (): Promise<RemedyPlan | null> =>
      light.planRemedy.executeWithOptions({ summary: 'a remedy the catalog allows' }, [incidentId, endpoint, causes, nowIso()]);
    state.remedyPlan = await inStage(state, 'plan remedy', plan, (found) => found?.remedy.statement ?? 'none');
    state.decision = null;
    publish(state);
  } catch (error) {
    if (isCancellation(error)) throw error;
    addReason(state, `no remedy could be planned: ${describeFailure(error)}`);
  }
}

export function withdrawRemedy(state: IncidentState): void {
  if (state.remedyPlan !== null) addReason(state, `the plan ${state.remedyPlan.planId.slice(0, 12)} expired undecided`);
  state.remedyPlan = null;
  publish(state);
}

/** Acts on a decision. Returns true when something was changed in the world, which the same load must then prove. */
export async function followDecision(state: IncidentState, plan: RemedyPlan): Promise<boolean> {
  const { decision } = state;
  state.remedyPlan = null;
  if (decision === null) return false;
  const why = decision.reason === undefined ? '' : ` (${decision.reason})`;
  addReason(
    state,
    `${decision.by} ${decision.decision === 'approve' ? 'approved' : 'rejected'} the remedy: ${plan.remedy.statement}${why}`,
  );
  if (decision.decision === 'reject') return false;
  enter(state, 'remedying', `applying: ${plan.remedy.statement}`);
  const { incidentId, endpoint } = state.incident;
  try {
    const apply = (): Promise<AppliedRemedy> =>
      remedying.applyRemedy.executeWithOptions({ summary: `${plan.remedy.kind}, approved by ${decision.by.slice(0, 60)}` }, [
        incidentId,
        endpoint,
        plan,
      ]);
    const { applied, detail } = await inStage(state, 'apply remedy', apply, (result) => result.detail);
    addReason(state, `${applied ? 'applied' : 'not applied'}: ${detail}; undo: ${plan.undo}`);
    return applied;
  } catch (error) {
    if (isCancellation(error)) throw error;
    addReason(state, `the remedy failed: ${describeFailure(error)}; if a part of it was done, undo: ${plan.undo}`);
    return false;
  }
}
