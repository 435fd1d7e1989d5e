import { workflowInfo } from '@temporalio/workflow';
import type { IncidentState } from './incident-state.js';

/** Thrown to leave an incident that has to continue in a fresh history. */
export class HistoryFull extends Error {
  override readonly name = 'HistoryFull';
}

/** True when the server asks for it and nothing is running that a new history would not know: no load, no activity, no notification. */
export function shouldContinueLater({ untold }: Pick<IncidentState, 'untold'>): boolean {
  return workflowInfo().continueAsNewSuggested && untold === 0;
}
