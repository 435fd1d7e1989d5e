import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';
import type { MissingEvidence } from '../../core/model/observation.js';

/** The failure inside the wrapping of the activity. */
export function rootOf(error: unknown): unknown {
  return error instanceof ActivityFailure && error.cause !== undefined ? error.cause : error;
}

/** One line for people: the innermost message, or which time limit passed. */
export function describeFailure(error: unknown): string {
  const root = rootOf(error);
  if (root instanceof TimeoutFailure)
    return root.timeoutType === 'SCHEDULE_TO_START' ? 'no worker or agent took the task' : `no answer in time (${root.timeoutType})`;
  return root instanceof Error ? root.message : String(root);
}

/** Type name that `activities/translate-error.ts` gave the failure; null for anything else. */
export function failureType(error: unknown): string | null {
  const root = rootOf(error);
  return root instanceof ApplicationFailure ? (root.type ?? null) : null;
}

function isMissingEvidence(value: unknown): value is MissingEvidence {
  return typeof value === 'object' && value !== null && 'id' in value && 'what' in value && 'why' in value && 'remedy' in value;
}

/** A failed capture as a row of missing evidence: in its own words if it had some, otherwise with what happened and where to look. */
export function missingFrom(error: unknown, capture: { id: string; what: string }): MissingEvidence {
  const root = rootOf(error);
  const told = root instanceof ApplicationFailure ? root.details?.find(isMissingEvidence) : undefined;
  if (told !== undefined) return told;
  const isAgentGone = root instanceof TimeoutFailure && root.timeoutType === 'SCHEDULE_TO_START';
  return {
    id: capture.id,
    what: capture.what,
    why: describeFailure(error),
    remedy: isAgentGone
      ? 'Start the agent of that host (perf-responder worker --host NAME) and send rerunConfirmation.'
      : 'Run perf-responder doctor where the worker runs, remove what blocks the capture, and triage again.',
  };
}
