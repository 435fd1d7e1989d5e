/** The state of one incident. All of it is plain data, so that a continued history can take it along. */
import { workflowInfo } from '@temporalio/workflow';
import type { AlertSummary, EvidenceSet, RemedyPlan } from '../../activities/contract.js';
import type { LoadSides } from '../../core/decisions/load-sides.js';
import type { RemedyDecision } from '../../core/decisions/remedy-approval.js';
import { reasonsOf } from '../../core/decisions/timeline.js';
import type { MeasuredLoad } from '../../core/model/comparison.js';
import type { BisectSummary, Incident, Phase, TargetSummary } from '../../core/model/incident.js';
import type { LoadPlan } from '../../core/model/load-result.js';
import type { TimelineEvent, TriageFact } from '../../core/model/timeline.js';
import type { Kernel } from '../kernel/context.js';
import type { Timeline } from '../kernel/timeline.js';
import { incidentIdOf } from './incident-id.js';
import type { CloseRequest, ConfirmationRecord, HandOffRequest, IncidentStart, RerunRequest } from './messages.js';

export interface ResolvedLoad {
  target: TargetSummary;
  plan: LoadPlan;
}

/** What a continued history takes along: everything that is not a projection of something else here. */
export interface SavedState {
  version: 1;
  /** Reasons and re-runs are projections: `documentOf` has them. */
  findings: Omit<Incident, 'reasons' | 'reruns'>;
  phase: Phase;
  now: string;
  events: TimelineEvent[];
  alerts: AlertSummary[];
  confirmations: ConfirmationRecord[];
  resolved: ResolvedLoad | null;
  /** What the confirmation run and its captures left; null until the run ended. */
  evidence: EvidenceSet | null;
  remedyPlan: RemedyPlan | null;
  decision: RemedyDecision | null;
  acknowledgedBy: string | null;
  waitingSinceMs: number | null;
  escalatedRungs: number;
  rerunRequests: RerunRequest[];
  /** Runs that compare: the confirmation with those of the same state, and those of the state of the last re-run. */
  sides: LoadSides<MeasuredLoad>;
  handOffRequest: HandOffRequest | null;
  handedOffTo: string | null;
  askBisectorAtMs: number | null;
  bisect: BisectSummary | null;
  closing: CloseRequest | null;
  /** Workflows that hear of the milestones. */
  listeners: string[];
  startedAt: string;
  endedAt: string | null;
}

export interface IncidentState extends SavedState {
  readonly start: IncidentStart;
  readonly kernel: Kernel;
  readonly timeline: Timeline<TriageFact>;
  /** Notifications that are still under way. */
  untold: number;
  /** From here on an alert belongs to the next incident; null while this one is open. */
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

/** The parts of a state that outlive a history. */
export function savedOf(state: IncidentState): SavedState {
  const { start: _start, kernel: _kernel, timeline: _timeline, untold: _untold, isEnding: _isEnding, lateAlerts: _late, ...saved } = state;
  return saved;
}

/** The triage document: what was found, with the projections of the record. */
export function documentOf({ findings, events, confirmations }: SavedState): Incident {
  return { ...findings, reasons: reasonsOf(events), reruns: confirmations.flatMap(({ rerun }) => rerun ?? []) };
}

/** Why the outcome is what it is, one sentence more. */
export function addReason({ timeline }: Pick<IncidentState, 'timeline'>, text: string): void {
  timeline.record({ kind: 'reason', text });
}
