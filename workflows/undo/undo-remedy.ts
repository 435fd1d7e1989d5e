import type { AppliedRemedy, RemedyApproval, RemedyPlan } from '../../activities/contract.js';
import { remedying } from '../kernel/activity-options.js';

export interface UndoRequest {
  incidentId: string;
  endpoint: string;
  plan: RemedyPlan;
  approval: RemedyApproval;
}

/** Takes back a remedy of an incident, which may have ended long ago: a workflow of its own, one for each plan. */
export async function undoRemedy({ incidentId, endpoint, plan, approval }: UndoRequest): Promise<AppliedRemedy> {
  const summary = `undo of ${plan.remedy.kind}, asked for by ${approval.by.slice(0, 60)}`;
  return await remedying.takeBackRemedy.executeWithOptions({ summary }, [incidentId, endpoint, plan, approval]);
}
