/** Handlers only write down what is wanted; the main loop acts. All are set before the first await, or an early update would be refused. */
import { ApplicationFailure, setHandler } from '@temporalio/workflow';
import type { AlertSummary } from '../../activities/contract.js';
import { refuseDecision, type RemedyDecision } from '../../core/decisions/remedy-approval.js';
import { publish, statusOf, type IncidentState } from './incident-state.js';
import {
  acknowledgeUpdate,
  alertFiredSignal,
  closeIncidentSignal,
  decideRemedyUpdate,
  handOffSignal,
  incidentStatusQuery,
  loadStartedSignal,
  rerunConfirmationSignal,
  type RerunRequest,
} from './messages.js';

/** An alert storm must not fill the history and the query answer: the first ones tell the story, the count tells the rest. */
const alertsKept = 50;

function recordAlert(state: IncidentState, alert: AlertSummary): void {
  const isKnown = state.alerts.some(({ source, id, status }) => source === alert.source && id === alert.id && status === alert.status);
  if (isKnown || state.alerts.length >= alertsKept) return;
  // One that resolved at its side is recorded only: a responder measures.
  state.alerts.push(alert);
  publish(state);
}

function recordRerun(state: IncidentState, request: RerunRequest): void {
  const { requestId } = request;
  const isKnown =
    requestId !== undefined &&
    (state.rerunRequests.some((waiting) => waiting.requestId === requestId) ||
      state.confirmations.some((record) => record.requestId === requestId));
  if (!isKnown) state.rerunRequests.push(request);
}

function requireName(by: unknown): string {
  if (typeof by === 'string' && by.trim() !== '') return by;
  throw ApplicationFailure.nonRetryable('by is missing: expected who acknowledges, e.g. {"by": "ada"}', 'RefusedError');
}

export function registerHandlers(state: IncidentState): void {
  setHandler(alertFiredSignal, (alert) => recordAlert(state, alert), {
    description: 'An alert for this endpoint; the same one twice counts once',
  });
  setHandler(rerunConfirmationSignal, (request) => recordRerun(state, request ?? {}), {
    description: 'Run the same load again and compare with the first run: {"by": "…", "reason": "…"}',
  });
  setHandler(handOffSignal, (request) => void (state.handOffRequest ??= request ?? {}), {
    description: 'Hand the incident to the commit bisector: {"by": "…"}',
  });
  setHandler(closeIncidentSignal, (request) => void (state.closing ??= request ?? {}), {
    description: 'End the incident now; a running load is stopped: {"by": "…", "reason": "…"}',
  });
  setHandler(loadStartedSignal, (started) => void (state.loadStarted = started), {
    description: 'Sent by the load activity when k6 really runs; starts the captures',
  });
  setHandler(incidentStatusQuery, () => statusOf(state), { description: 'The incident so far' });
  registerUpdates(state);
}

function registerUpdates(state: IncidentState): void {
  setHandler(
    decideRemedyUpdate,
    ({ planId, decision, by, reason }) => {
      state.decision = { planId, decision, by, ...(reason === undefined ? {} : { reason }) };
      publish(state);
      return { planId, decision, by };
    },
    {
      description: 'Approve or reject the proposed remedy: {"planId": "…", "decision": "approve", "by": "you"}',
      // Synchronous on purpose: the SDK ignores the promise of an asynchronous validator.
      validator: (decision: RemedyDecision) => {
        const refusal = refuseDecision(decision, { plan: state.remedyPlan, decided: state.decision, nowMs: Date.now() });
        if (refusal !== null) throw ApplicationFailure.nonRetryable(refusal, 'RefusedError');
      },
    },
  );
  setHandler(
    acknowledgeUpdate,
    ({ by }) => {
      state.acknowledgedBy ??= by;
      publish(state);
      return { by: state.acknowledgedBy };
    },
    {
      description: 'I am on it; stops the escalation: {"by": "you"}',
      validator: (request) => void requireName((request as { by?: unknown } | undefined)?.by),
    },
  );
}
