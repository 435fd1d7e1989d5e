import {
  ChildWorkflowCancellationType,
  ParentClosePolicy,
  getExternalWorkflowHandle,
  isCancellation,
  patched,
  startChild,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { shouldHandOff } from '../../core/decisions/next-stage.js';
import type { TargetSummary } from '../../core/model/incident.js';
import { light } from '../kernel/activity-options.js';
import { bisectQueue } from '../kernel/task-queues.js';
import type { bisectRegression } from '../bisect/bisect-regression.js';
import { describeFailure } from '../kernel/describe-failure.js';
import { addReason, type IncidentState } from './incident-state.js';
import { handOffEvidenceSignal, type HandOffEvidence, type HandOffRequest } from './messages.js';
import { inStage } from './stage-rows.js';

async function gatherEvidence(state: IncidentState, request: HandOffRequest): Promise<HandOffEvidence> {
  const { incident } = state;
  const known = await light.describeHandOff.executeWithOptions({ summary: 'what the bisector should know' }, [incident]);
  return { incidentId: incident.incidentId, incident, ...known, requestedBy: request.by ?? 'responder' };
}

/** The child outlives the incident: neither its end nor its cancellation reaches the bisector. */
async function startBisector(state: IncidentState, workflowId: string, evidence: HandOffEvidence): Promise<void> {
  const { incidentId, service, endpoint } = state.incident;
  try {
    const child = await startChild<typeof bisectRegression>('bisectRegression', {
      workflowId,
      taskQueue: bisectQueue,
      args: [{ request: null, incidentId, service, endpoint }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      cancellationType: ChildWorkflowCancellationType.ABANDON,
      staticSummary: `which commit made ${endpoint} slow?`,
      staticDetails: `Handed off by incident ${incidentId}.`,
    });
    await child.signal(handOffEvidenceSignal, evidence);
    child.result().then(
      (summary) => void (state.bisect = summary),
      (error: unknown) => {
        // Nothing to wake for when the incident itself is cancelled.
        if (isCancellation(error)) return;
        const reasons = [
          `the commit bisector ended without an answer: ${describeFailure(error instanceof Error && error.cause instanceof Error ? error.cause : error)}`,
        ];
        state.bisect = { outcome: 'inconclusive', culprit: null, range: null, posterior: null, effect: null, reasons, workflowId };
      },
    );
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    await getExternalWorkflowHandle(workflowId).signal(handOffEvidenceSignal, evidence);
  }
}

function bisectIdOf({ incident }: IncidentState): string {
  return `bisect-${incident.incidentId}`;
}

/** Decided before the report is written, so that it does not tell its reader to start a search that goes on already. */
export function planHandOff(state: IncidentState, target: TargetSummary): void {
  const { incident } = state;
  if (!shouldHandOff(incident, target)) return;
  // Incidents of before waited for the missing evidence.
  if (incident.missingEvidence.length > 0 && !patched('hand-off-despite-gaps')) return;
  state.handOffRequest ??= { by: 'responder', reason: 'no cause stands' };
  if (target.repositoryConfigured) state.incident = { ...incident, bisectId: bisectIdOf(state) };
}

/** No report may promise the answer of a search that never began. */
function forgetSearch(state: IncidentState): void {
  const incident = { ...state.incident };
  delete incident.bisectId;
  state.incident = incident;
}

/** Hands the incident to the commit bisector, once. A failed hand-off is told and may be asked for again. */
export async function handOff(state: IncidentState, request: HandOffRequest): Promise<void> {
  const workflowId = bisectIdOf(state);
  if (state.handedOffTo !== null) {
    addReason(state, `already handed off to ${state.handedOffTo}`);
    return;
  }
  const work = async (): Promise<void> => startBisector(state, workflowId, await gatherEvidence(state, request));
  try {
    await inStage(state, 'hand-off', work, () => workflowId);
    state.handedOffTo = workflowId;
    state.incident = { ...state.incident, bisectId: workflowId };
    addReason(state, `handed off to the commit bisector ${workflowId}`);
  } catch (error) {
    if (isCancellation(error)) throw error;
    forgetSearch(state);
    addReason(state, `the hand-off failed: ${describeFailure(error)}`);
  }
}
