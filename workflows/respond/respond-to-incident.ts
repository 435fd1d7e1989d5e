import { allHandlersFinished, condition, isCancellation, makeContinueAsNewFunc, workflowInfo } from '@temporalio/workflow';
import type { ResolvedTarget } from '../../activities/contract.js';
import type { Incident } from '../../core/model/incident.js';
import type { TriageFact } from '../../core/model/timeline.js';
import { light } from '../kernel/activity-options.js';
import { inStage } from '../kernel/board.js';
import { createKernel } from '../kernel/context.js';
import { describeFailure, failureType } from '../kernel/describe-failure.js';
import { readStart } from '../kernel/on-message.js';
import { createTimeline, type Timeline } from '../kernel/timeline.js';
import { awaitResolution } from './await-resolution.js';
import { confirm } from './confirm.js';
import { HistoryFull } from './continue-later.js';
import { declareByPolicy } from './declare.js';
import { diagnose } from './diagnose.js';
import { planHandOff } from './hand-off.js';
import { recordAlert, registerHandlers } from './handlers.js';
import { episodeMemo, episodeRunOf, episodeStartMemo } from './incident-id.js';
import { addReason, documentOf, firstState, savedOf, type IncidentState } from './incident-state.js';
import type { ResolvedLoad } from './messages.js';
import { addParent, tellListeners } from './listeners.js';
import type { IncidentStart } from './messages.js';
import { publish } from './publish.js';
import { readIncidentStart } from './read-messages.js';
import { end, endCancelled, report, tell } from './report.js';

/**
 * One performance incident, from the alert to the proven fix: confirm under load and capture in the same window, localize, report, then wait durably for
 * re-runs, decisions and hand-offs. Returns the triage document.
 */
export async function respondToIncident(given: IncidentStart): Promise<Incident> {
  const state = open(readStart(readIncidentStart, given));
  try {
    await respond(state);
  } catch (error) {
    if (error instanceof HistoryFull) return await continueLater(state);
    if (!isCancellation(error)) throw error;
    await endCancelled(state);
    if (state.lateAlerts.length > 0) return await beginNext(state);
    throw error;
  }
  await condition(allHandlersFinished);
  return state.lateAlerts.length > 0 ? await beginNext(state) : documentOf(state);
}

/** Sets up state and handlers before anything is awaited. */
function open(start: IncidentStart): IncidentState {
  const saved = firstState(start);
  const timeline: Timeline<TriageFact> = createTimeline<TriageFact>(saved.events, (event) => {
    publish(state);
    tellListeners(state, event);
  });
  const kernel = createKernel(saved.findings.incidentId, (event) => timeline.record(event));
  const state: IncidentState = { ...saved, start, kernel, timeline, untold: 0, isEnding: false, lateAlerts: [] };
  addParent(state);
  if (start.saved === undefined) timeline.record({ kind: 'accepted', at: start.acceptedAt, text: `accepted for ${start.endpoint}` });
  // Messages that came earlier are handled in this call.
  registerHandlers(state);
  for (const alert of start.alerts ?? []) recordAlert(state, alert);
  publish(state);
  return state;
}

async function respond(state: IncidentState): Promise<void> {
  // A continued history goes on where the previous one waited.
  const resolved = state.resolved ?? (await resolveTarget(state));
  if (state.start.saved === undefined) {
    const isConfirmed = resolved !== null && (await confirm(state, resolved));
    if (isConfirmed) declareByPolicy(state, resolved, 'confirmed');
    if (!isConfirmed) return endNow(state, state.findings.outcome ?? 'ended');
    await diagnose(state, resolved);
    planHandOff(state, resolved.target);
    await report(state);
    tell(state, 'report-ready', `report ready: ${state.findings.outcome ?? 'open'}`);
  }
  if (resolved !== null) await endNow(state, await awaitResolution(state, resolved));
}

async function endNow(state: IncidentState, why: string): Promise<void> {
  state.isEnding = true;
  await report(state);
  await end(state, why);
}

/** Continues the same incident in a fresh history: nothing is running, and what people asked for meanwhile is in the state. */
async function continueLater(state: IncidentState): Promise<never> {
  await condition(allHandlersFinished);
  const info = workflowInfo();
  const { endpoint, symptom, acceptedAt, options } = state.start;
  const go = makeContinueAsNewFunc<typeof respondToIncident>({
    memo: { ...info.memo, [episodeMemo]: episodeRunOf(info), [episodeStartMemo]: state.startedAt },
  });
  return await go({ endpoint, symptom, acceptedAt, options, saved: savedOf(state) });
}

/** Alerts that came while this incident was ending open the next one of the endpoint. None is lost, and only one incident is open at a time. */
async function beginNext(state: IncidentState): Promise<never> {
  const [first] = state.lateAlerts;
  const { endpoint } = state.findings;
  const go = makeContinueAsNewFunc<typeof respondToIncident>({
    memo: { ...workflowInfo().memo, [episodeMemo]: '', [episodeStartMemo]: '', startToken: '' },
  });
  const acceptedAt = first?.receivedAt ?? state.start.acceptedAt;
  return await go({ endpoint, symptom: first?.symptom ?? null, acceptedAt, options: {}, alerts: state.lateAlerts });
}

function describeTarget(resolved: ResolvedTarget): string {
  return resolved.ok ? `${resolved.target.method} ${resolved.target.displayUrl}` : 'refused';
}

/** What may be loaded, and how. Null: it may not be loaded, or that is unknown; the reason is recorded. */
async function resolveTarget(state: IncidentState): Promise<ResolvedLoad | null> {
  const { endpoint, symptom, acceptedAt, options } = state.start;
  const { incidentId } = state.findings;
  const ask = (): Promise<ResolvedTarget> =>
    light.resolveTarget.executeWithOptions({ summary: `is ${endpoint} in the catalog?` }, [
      { endpoint, symptom, acceptedAt, options, incidentId },
    ]);
  try {
    const answer = await inStage(state.kernel, 'target', ask, describeTarget);
    if (!answer.ok) return giveUp(state, 'refused', answer.reason);
    const { target, plan } = answer;
    state.findings = { ...state.findings, service: target.service, endpoint: target.endpoint, symptom: answer.symptom };
    state.resolved = { target, plan };
    declareByPolicy(state, state.resolved, 'alert');
    return state.resolved;
  } catch (error) {
    if (isCancellation(error)) throw error;
    const isRefused = ['UnreadableInputError', 'RefusedError'].includes(failureType(error) ?? '');
    return giveUp(state, isRefused ? 'refused' : 'unproven', `the target could not be resolved: ${describeFailure(error)}`);
  }
}

/** `refused` is for requests that can never work as they are; anything else may work the next time. */
function giveUp(state: IncidentState, outcome: 'refused' | 'unproven', reason: string): null {
  state.findings = { ...state.findings, outcome };
  addReason(state, reason);
  return null;
}
