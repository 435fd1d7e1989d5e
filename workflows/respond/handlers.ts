/** Handlers only write down what is wanted; the main loop acts. All are set before the first await, because an early update would be refused otherwise. */
import { setHandler } from '@temporalio/workflow';
import type { AlertSummary } from '../../activities/contract.js';
import { refuseDecision } from '../../core/decisions/remedy/remedy-approval.js';
import { onSignal, onUpdate } from '../kernel/on-message.js';
import type { IncidentState } from './incident-state.js';
import { addListener } from './listeners.js';
import {
  acknowledgeUpdate,
  alertFiredSignal,
  bisectEndedSignal,
  closeIncidentSignal,
  decideRemedyUpdate,
  handOffSignal,
  incidentStatusQuery,
  reportToSignal,
  rerunConfirmationSignal,
  type BisectEnded,
  type RerunRequest,
} from './messages.js';
import { statusOf } from './publish.js';
import {
  readAcknowledgement,
  readAlert,
  readBisectEnded,
  readCloseRequest,
  readDecision,
  readHandOffRequest,
  readReportTo,
  readRerunRequest,
} from './read-messages.js';

/** An alert storm must not fill the history and the query answer: the first alerts tell the story, the count tells the rest. */
const alertsKept = 50;

export function recordAlert(state: IncidentState, alert: AlertSummary): void {
  const isKnown = state.alerts.some(({ source, id, status }) => source === alert.source && id === alert.id && status === alert.status);
  if (isKnown) return;
  // This incident has its answer; an alert that fires now is a new question.
  if (state.isEnding && alert.status === 'firing') state.lateAlerts.push(alert);
  if (state.isEnding || state.alerts.length >= alertsKept) return;
  state.alerts.push(alert);
  // An alert that its source resolved is only recorded: the responder measures for itself.
  const text = `${alert.source}: ${alert.title} (${alert.status})`;
  state.timeline.record({ kind: 'alert', alertId: alert.id, source: 'alert', at: alert.receivedAt, text });
}

function recordRerun(state: IncidentState, request: RerunRequest): void {
  const { requestId } = request;
  const isKnown =
    requestId !== undefined &&
    (state.rerunRequests.some((waiting) => waiting.requestId === requestId) ||
      state.confirmations.some((record) => record.requestId === requestId));
  if (!isKnown) state.rerunRequests.push(request);
}

/** An answer for an earlier incident of this endpoint does not belong to this one. */
function recordBisect(state: IncidentState, { incidentId, summary }: BisectEnded): void {
  if (incidentId === state.findings.incidentId) state.bisect ??= summary;
}

export function registerHandlers(state: IncidentState): void {
  const writer = state.timeline;
  onSignal(writer, alertFiredSignal, readAlert, (alert) => recordAlert(state, alert), {
    description: 'An alert for this endpoint; the same one twice counts once',
  });
  onSignal(writer, rerunConfirmationSignal, readRerunRequest, (request) => recordRerun(state, request), {
    description: 'Run the same load again and compare with the first run: {"by": "…", "reason": "…"}',
  });
  onSignal(writer, handOffSignal, readHandOffRequest, (request) => void (state.handOffRequest ??= request), {
    description: 'Hand the incident to the commit bisector: {"by": "…"}',
  });
  onSignal(writer, closeIncidentSignal, readCloseRequest, (request) => void (state.closing ??= request), {
    description: 'End the incident now; a running load is stopped: {"by": "…", "reason": "…"}',
  });
  onSignal(writer, reportToSignal, readReportTo, ({ workflowId }) => addListener(state, workflowId), {
    description: 'Sends the milestones of this triage to another workflow: {"workflowId": "…"}',
  });
  onSignal(writer, bisectEndedSignal, readBisectEnded, (answer) => recordBisect(state, answer), {
    description: 'Sent by the commit bisector with its answer',
  });
  setHandler(incidentStatusQuery, () => statusOf(state), { description: 'The incident so far' });
  registerUpdates(state);
}

function registerUpdates(state: IncidentState): void {
  onUpdate(
    decideRemedyUpdate,
    readDecision,
    (decision) =>
      refuseDecision(decision, { plan: state.remedyPlan, decided: state.decision, requesters: requestersOf(state), nowMs: Date.now() }),
    (decision) => {
      const { planId, by } = decision;
      state.decision = decision;
      const text = `${by} ${decision.decision === 'approve' ? 'approved' : 'rejected'} the plan ${planId.slice(0, 12)}`;
      state.timeline.record({ kind: 'remedy-decided', planId, decision: decision.decision, source: 'person', by, text });
      return { planId, decision: decision.decision, by };
    },
    { description: 'Approve or reject the proposed remedy: {"planId": "…", "decision": "approve", "by": "you"}' },
  );
  onUpdate(
    acknowledgeUpdate,
    readAcknowledgement,
    () => null,
    ({ by }) => {
      if (state.acknowledgedBy === null) {
        state.acknowledgedBy = by;
        state.timeline.record({ kind: 'acknowledged', source: 'person', by, text: `${by} is on it` });
      }
      return { by: state.acknowledgedBy };
    },
    { description: 'I am on it; stops the escalation: {"by": "you"}' },
  );
}

/** People who asked for the load: by a triage from the command line, or by re-runs. An alert is nobody's request. */
function requestersOf(state: IncidentState): string[] {
  const triages = state.alerts.flatMap(({ source, labels }) => (source === 'cli' ? (labels['requestedBy'] ?? []) : []));
  return [...triages, ...state.confirmations.flatMap(({ by }) => by ?? [])];
}
