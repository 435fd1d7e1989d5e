import {
  ChildWorkflowCancellationType,
  ParentClosePolicy,
  getExternalWorkflowHandle,
  isCancellation,
  log,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { BisectLook } from '../../activities/contract.js';
import { newestNumerics } from '../../core/bisect/numerics.js';
import { shouldHandOff } from '../../core/decisions/next-stage.js';
import type { BisectSummary } from '../../core/model/bisect.js';
import type { TargetSummary } from '../../core/model/target.js';
import type { bisectRegression } from '../bisect/bisect-regression.js';
import { light } from '../kernel/activity-options.js';
import { inStage } from '../kernel/board.js';
import { describeFailure } from '../kernel/describe-failure.js';
import { bisectQueue } from '../kernel/task-queues.js';
import { addReason, documentOf, type IncidentState } from './incident-state.js';
import { handOffEvidenceSignal, type HandOffEvidence, type HandOffRequest } from './messages.js';

/** A terminated bisector says nothing; one hour is short in a search that takes a night. */
const askBisectorEveryMs = 3_600_000;

async function gatherEvidence(state: IncidentState, request: HandOffRequest): Promise<HandOffEvidence> {
  const incident = documentOf(state);
  const known = await light.describeHandOff.executeWithOptions({ summary: 'what the bisector should know' }, [incident]);
  return { incidentId: incident.incidentId, incident, ...known, requestedBy: request.by ?? 'responder' };
}

/**
 * The child outlives the incident: neither its end nor its cancellation reaches the bisector. Its answer comes as a signal, which also reaches an incident
 * that has continued as new. The child's own result is only used when it fails.
 */
async function startBisector(state: IncidentState, workflowId: string, evidence: HandOffEvidence): Promise<void> {
  const { incidentId, service, endpoint } = state.findings;
  try {
    const child = await startChild<typeof bisectRegression>('bisectRegression', {
      workflowId,
      taskQueue: bisectQueue,
      args: [{ request: null, incidentId, service, endpoint, answerTo: workflowInfo().workflowId, numerics: newestNumerics }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      cancellationType: ChildWorkflowCancellationType.ABANDON,
      staticSummary: `which commit made ${endpoint} slow?`,
      staticDetails: `Handed off by incident ${incidentId}.`,
    });
    child.result().catch((error: unknown) => {
      // If the incident itself is cancelled, there is nobody to wake.
      if (!isCancellation(error)) state.bisect ??= unanswered(workflowId, describeFailure(causeOf(error)));
    });
    await child.signal(handOffEvidenceSignal, evidence);
  } catch (error) {
    // It was started earlier, and something failed afterwards: it only lacks the evidence.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    await getExternalWorkflowHandle(workflowId).signal(handOffEvidenceSignal, evidence);
  }
}

function causeOf(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error ? error.cause : error;
}

function unanswered(workflowId: string, why: string): BisectSummary {
  const reasons = [`the commit bisector ended without an answer: ${why}`];
  return { outcome: 'inconclusive', culprit: null, range: null, posterior: null, effect: null, reasons, workflowId };
}

function bisectIdOf({ findings }: IncidentState): string {
  return `bisect-${findings.incidentId}`;
}

/** Decided before the report is written, so that the report does not tell its reader to start a search that is already running. */
export function planHandOff(state: IncidentState, target: TargetSummary): void {
  if (!shouldHandOff(state.findings, target)) return;
  state.handOffRequest ??= { by: 'responder', reason: 'no cause stands' };
  if (target.repositoryConfigured) state.findings = { ...state.findings, bisectId: bisectIdOf(state) };
}

/** No report may promise the answer of a search that never began. */
function forgetSearch(state: IncidentState): void {
  const findings = { ...state.findings };
  delete findings.bisectId;
  state.findings = findings;
}

/** Hands the incident to the commit bisector, once. If the hand-off fails, the record says so and it may be asked for again. */
export async function handOff(state: IncidentState, request: HandOffRequest): Promise<void> {
  const workflowId = bisectIdOf(state);
  if (state.handedOffTo !== null) {
    addReason(state, `already handed off to ${state.handedOffTo}`);
    return;
  }
  const work = async (): Promise<void> => startBisector(state, workflowId, await gatherEvidence(state, request));
  try {
    await inStage(state.kernel, 'hand-off', work, () => workflowId);
    state.handedOffTo = workflowId;
    state.askBisectorAtMs = Date.now() + askBisectorEveryMs;
    state.findings = { ...state.findings, bisectId: workflowId };
    const text = `handed off to the commit bisector ${workflowId}`;
    addReason(state, text);
    state.timeline.record({ kind: 'handed-off', bisectId: workflowId, text });
  } catch (error) {
    if (isCancellation(error)) throw error;
    forgetSearch(state);
    addReason(state, `the hand-off failed: ${describeFailure(error)}`);
  }
}

/** Looks whether a bisector that has not answered still runs. Its answer may also have been lost; then it is fetched. */
export async function askBisector(state: IncidentState): Promise<void> {
  const { handedOffTo } = state;
  state.askBisectorAtMs = Date.now() + askBisectorEveryMs;
  if (handedOffTo === null) return;
  try {
    const look: BisectLook = await light.lookAtBisect.executeWithOptions({ summary: `is ${handedOffTo} still there?` }, [handedOffTo]);
    if (look.state === 'answered') state.bisect ??= look.summary;
    if (look.state === 'gone') state.bisect ??= unanswered(handedOffTo, look.why);
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.warn('the bisector could not be looked at', { reason: describeFailure(error) });
  }
}
