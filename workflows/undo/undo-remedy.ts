import type { AppliedRemedy, RemedyApproval, RemedyPlan } from '../../activities/contract.js';
import { filledText, object, text, wholeText } from '../../core/decisions/read-message.js';
import { readStart } from '../kernel/on-message.js';
import { remedying } from '../kernel/activity-options.js';

export interface UndoRequest {
  incidentId: string;
  endpoint: string;
  plan: RemedyPlan;
  approval: RemedyApproval;
}

/** The plan is checked where it is acted on: its id is the hash of its content. */
const readUndo = object({
  incidentId: wholeText(400),
  endpoint: wholeText(300),
  plan: object({ planId: wholeText(100), remedy: object({ kind: wholeText(100), statement: text(100_000) }) }),
  approval: object({ by: filledText(200, 'a name') }),
});

/** Takes back a remedy of an incident that may have ended long ago: a workflow of its own, one per plan. */
export async function undoRemedy(request: UndoRequest): Promise<AppliedRemedy> {
  readStart(readUndo, request);
  const { incidentId, endpoint, plan, approval } = request;
  const summary = `undo of ${plan.remedy.kind}, asked for by ${approval.by.slice(0, 60)}`;
  return await remedying.takeBackRemedy.executeWithOptions({ summary }, [incidentId, endpoint, plan, approval]);
}
