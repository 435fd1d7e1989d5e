/** The state of one incident. All of it is plain data, so that a continued history can take it along. */
import { workflowInfo } from '@temporalio/workflow';
import type { AlertSummary } from '../../activities/contract.js';
import { reasonsOf } from '../../core/decisions/timeline.js';
import type { Incident } from '../../core/model/incident.js';
import type { TriageFact } from '../../core/model/timeline.js';
import type { Kernel } from '../kernel/context.js';
import type { Timeline } from '../kernel/timeline.js';
import { incidentIdOf } from './incident-id.js';
import type { IncidentStart, SavedState } from './messages.js';

export interface IncidentState extends SavedState {
  readonly start: IncidentStart;
  readonly kernel: Kernel;
  readonly timeline: Timeline<TriageFact>;
  /** Number of notifications that are still under way. */
  untold: number;
  /** From here on an alert belongs to the next incident; false while this one is open. */
  isEnding: boolean;
  lateAlerts: AlertSummary[];
}

export function nowIso(): string {
  return new Date(Date.now()).toISOString();
}

function noFindings(start: IncidentStart): SavedState['findings'] {
  const { workflowId, runId } = workflowInfo();
  return {
    incidentId: incidentIdOf(workflowId, runId),
    outcome: null,
    service: start.endpoint.includes('://') ? '' : (start.endpoint.split('/')[0] ?? ''),
    endpoint: start.endpoint,
    symptom: start.symptom,
    confirmation: null,
    accounting: [],
    branch: null,
    causes: [],
    ruledOut: [],
    missingEvidence: [],
    evidence: [],
    timing: { acceptedAt: start.acceptedAt, loadWindowMs: null, reportReadyMs: null },
    artifacts: [],
    bisect: null,
  };
}

/** A new incident, or the one that an earlier history saved. */
export function firstState(start: IncidentStart): SavedState {
  if (start.saved !== undefined) return start.saved;
  return {
    version: 1,
    findings: noFindings(start),
    phase: 'accepted',
    now: 'accepted the alert',
    events: [],
    alerts: [],
    confirmations: [],
    resolved: null,
    evidence: null,
    remedyPlan: null,
    decision: null,
    acknowledgedBy: null,
    waitingSinceMs: null,
    escalatedRungs: 0,
    rerunRequests: [],
    sides: { before: [], after: [] },
    handOffRequest: null,
    handedOffTo: null,
    askBisectorAtMs: null,
    bisect: null,
    closing: null,
    listeners: [],
    startedAt: nowIso(),
    endedAt: null,
  };
}

/** The parts of a state that survive a history. */
export function savedOf(state: IncidentState): SavedState {
  const { start: _start, kernel: _kernel, timeline: _timeline, untold: _untold, isEnding: _isEnding, lateAlerts: _late, ...saved } = state;
  return saved;
}

/** The triage document: the findings, plus the projections of the record. */
export function documentOf({ findings, events, confirmations }: SavedState): Incident {
  return { ...findings, reasons: reasonsOf(events), reruns: confirmations.flatMap(({ rerun }) => rerun ?? []) };
}

/** Adds one sentence about why the outcome is what it is. */
export function addReason({ timeline }: Pick<IncidentState, 'timeline'>, text: string): void {
  timeline.record({ kind: 'reason', text });
}
