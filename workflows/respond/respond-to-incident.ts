import { allHandlersFinished, condition, isCancellation } from '@temporalio/workflow';
import type { ResolvedTarget } from '../../activities/contract.js';
import type { Incident } from '../../core/model/incident.js';
import { light } from '../kernel/activity-options.js';
import { awaitResolution } from './await-resolution.js';
import { confirm } from './confirm.js';
import { describeFailure } from '../kernel/describe-failure.js';
import { diagnose } from './diagnose.js';
import { planHandOff } from './hand-off.js';
import { registerHandlers } from './handlers.js';
import { addReason, createState, publish, type IncidentState, type ResolvedLoad } from './incident-state.js';
import type { IncidentStart } from './messages.js';
import { end, endCancelled, report, tell } from './report.js';
import { inStage } from './stage-rows.js';

/**
 * One performance incident, from the alert to the proven fix: confirm under load and capture in the same window, localize, report, then wait
 * durably for re-runs, decisions and hand-offs. Returns the triage document.
 */
export async function respondToIncident(start: IncidentStart): Promise<Incident> {
  const state = createState(start);
  registerHandlers(state);
  publish(state);
  try {
    await respond(state);
  } catch (error) {
    if (isCancellation(error)) await endCancelled(state);
    throw error;
  }
  await condition(allHandlersFinished);
  return state.incident;
}

async function respond(state: IncidentState): Promise<void> {
  const resolved = await resolveTarget(state);
  const evidence = resolved === null ? null : await confirm(state, resolved);
  if (resolved === null || evidence === null) {
    await report(state);
    await end(state, state.incident.outcome ?? 'ended');
    return;
  }
  await diagnose(state, resolved, evidence);
  planHandOff(state, resolved.target);
  await report(state);
  tell(state, 'report-ready', `report ready: ${state.incident.outcome ?? 'open'}`);
  const ending = await awaitResolution(state, resolved);
  await report(state);
  await end(state, ending);
}

function describeTarget(resolved: ResolvedTarget): string {
  return resolved.ok ? `${resolved.target.method} ${resolved.target.displayUrl}` : 'refused';
}

/** What may be loaded, and how. Null: refused, with the reason. */
async function resolveTarget(state: IncidentState): Promise<ResolvedLoad | null> {
  const { start, incident } = state;
  const ask = (): Promise<ResolvedTarget> =>
    light.resolveTarget.executeWithOptions({ summary: `is ${start.endpoint} in the catalog?` }, [
      { ...start, incidentId: incident.incidentId },
    ]);
  let answer: ResolvedTarget;
  try {
    answer = await inStage(state, 'target', ask, describeTarget);
  } catch (error) {
    if (isCancellation(error)) throw error;
    answer = { ok: false, reason: `the target could not be resolved: ${describeFailure(error)}` };
  }
  if (!answer.ok) {
    state.incident = { ...incident, outcome: 'refused' };
    addReason(state, answer.reason);
    return null;
  }
  const { target, plan, symptom } = answer;
  state.incident = { ...state.incident, service: target.service, endpoint: target.endpoint, symptom };
  state.resolved = { target, plan };
  return state.resolved;
}
