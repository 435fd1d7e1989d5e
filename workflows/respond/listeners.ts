/** Other workflows that hear of the milestones: the parent that started this triage, and whoever asked with `reportTo`. */
import { getExternalWorkflowHandle, log, workflowInfo } from '@temporalio/workflow';
import { isMilestone } from '../../core/decisions/timeline.js';
import type { Recorded, TimelineEvent, TriageMilestone } from '../../core/model/timeline.js';
import { triageMilestoneSignal } from '../kernel/messages.js';
import { describeFailure } from '../kernel/describe-failure.js';
import type { IncidentState } from './incident-state.js';
import type { SavedState } from './messages.js';

/** A triage has one incident around it; more than a handful of listeners would be a mistake of the sender. */
const mostListeners = 5;

/** Adds the parent by its workflow id alone, because it may have continued as new meanwhile. */
export function addParent(state: SavedState): void {
  const parent = workflowInfo().parent?.workflowId;
  if (parent !== undefined && !state.listeners.includes(parent)) state.listeners.push(parent);
}

/** A listener that comes late is told everything so far, each event with its own id. */
export function addListener(state: IncidentState, workflowId: string): void {
  if (state.listeners.includes(workflowId) || state.listeners.length >= mostListeners) return;
  state.listeners.push(workflowId);
  for (const event of state.events) if (isMilestone(event)) void tellListener(state, workflowId, event);
}

export function tellListeners(state: IncidentState, event: TimelineEvent): void {
  if (!isMilestone(event)) return;
  for (const workflowId of state.listeners) void tellListener(state, workflowId, event);
}

/** A listener that is gone hears nothing more; the incident does not depend on its listeners. */
async function tellListener(state: IncidentState, workflowId: string, event: Recorded<TriageMilestone>): Promise<void> {
  const { incidentId, endpoint } = state.findings;
  state.untold += 1;
  try {
    const first = state.alerts.find(({ source, status }) => source !== 'cli' && status === 'firing');
    const alert = first === undefined ? {} : { alert: { source: first.source, receivedAt: first.receivedAt } };
    const message = { incidentId, workflowId: workflowInfo().workflowId, endpoint, event, ...alert };
    await getExternalWorkflowHandle(workflowId).signal(triageMilestoneSignal, message);
  } catch (error) {
    state.listeners = state.listeners.filter((listener) => listener !== workflowId);
    log.warn('a listener is gone', { listener: workflowId, reason: describeFailure(error) });
  } finally {
    state.untold -= 1;
  }
}
