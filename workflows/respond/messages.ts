/** The public protocol of the incident workflow: every signal, update and query with its types. Imports nothing but types and the SDK. */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { AlertSummary, EvidenceSet, IncidentInput, RemedyPlan } from '../../activities/contract.js';
import type { LoadSide, LoadSides } from '../../core/decisions/load/load-sides.js';
import type { RemedyDecision } from '../../core/decisions/remedy/remedy-approval.js';
import type { MeasuredLoad } from '../../core/model/comparison.js';
import type { BisectSummary } from '../../core/model/bisect.js';
import type { Incident } from '../../core/model/incident.js';
import type { Outcome, Phase } from '../../core/model/outcome.js';
import type { Rerun } from '../../core/model/rerun.js';
import type { TargetSummary } from '../../core/model/target.js';
import type { ConfirmationVerdict, LoadPlan } from '../../core/model/load-result.js';
import type { TimelineEvent } from '../../core/model/timeline.js';

/**
 * Input of `respondToIncident`. The id of the incident is not in it: with signal-with-start the caller cannot know whether it starts or attaches,
 * so the workflow derives it from its own workflow id and run id (`incidentIdOf`).
 */
export interface IncidentStart extends Omit<IncidentInput, 'incidentId'> {
  /** Alerts that came while the previous incident was ending: they belong to this one. */
  alerts?: AlertSummary[];
  /** Set when a history continues as new. */
  saved?: SavedState;
}

/** `requestId` lets a caller find the confirmation that answers this request; a repeated id runs once. */
export interface RerunRequest {
  by?: string;
  reason?: string;
  requestId?: string;
  /** Loads one after the other, 1 to 12; default 1. Four on each side give an interval between runs. */
  runs?: number;
  /** The state of the service, if it was measured already. Absent: something was changed since the last run. */
  side?: LoadSide;
}

export interface CloseRequest {
  by?: string;
  reason?: string;
}

export interface HandOffRequest {
  by?: string;
  reason?: string;
}

/** Asks for the milestones of this triage, including those so far, as signals `triageMilestone` to this workflow. */
export interface ReportTo {
  workflowId: string;
}

/** The answer of the commit bisector, for the incident that asked. */
export interface BisectEnded {
  incidentId: string;
  summary: BisectSummary;
}

/** One load run of the incident: number 0 is the confirmation, the others are re-runs. `verdict` is null when the run broke. */
export interface ConfirmationRecord {
  run: number;
  by: string | null;
  reason: string | null;
  requestId: string | null;
  startedAt: string;
  endedAt: string;
  verdict: ConfirmationVerdict | null;
  outcome: Outcome | null;
  reasons: string[];
  rerun: Rerun | null;
}

/** Answer of the query `incidentStatus`. */
export interface IncidentStatus {
  incident: Incident;
  phase: Phase;
  stage: string;
  alerts: AlertSummary[];
  confirmations: ConfirmationRecord[];
  needsHuman: boolean;
  remedyPlan: RemedyPlan | null;
  /** The record: every event so far. */
  timeline: TimelineEvent[];
  startedAt: string;
  endedAt: string | null;
}

export interface DecisionAccepted {
  planId: string;
  decision: 'approve' | 'reject';
  by: string;
}

export const alertFiredSignal = defineSignal<[AlertSummary]>('alertFired');
export const rerunConfirmationSignal = defineSignal<[RerunRequest?]>('rerunConfirmation');
export const handOffSignal = defineSignal<[HandOffRequest?]>('handOff');
export const reportToSignal = defineSignal<[ReportTo]>('reportTo');
export const bisectEndedSignal = defineSignal<[BisectEnded]>('bisectEnded');
export const closeIncidentSignal = defineSignal<[CloseRequest?]>('closeIncident');
export const decideRemedyUpdate = defineUpdate<DecisionAccepted, [RemedyDecision]>('decideRemedy');
export const acknowledgeUpdate = defineUpdate<{ by: string }, [{ by: string }]>('acknowledge');
export const incidentStatusQuery = defineQuery<IncidentStatus>('incidentStatus');

/** Everything the responder knows, handed to the commit bisector. */
export interface HandOffEvidence {
  incidentId: string;
  incident: Incident;
  repositoryConfigured: boolean;
  facts: string[];
  requestedBy: string;
}

export const handOffEvidenceSignal = defineSignal<[HandOffEvidence]>('handOffEvidence');

export interface ResolvedLoad {
  target: TargetSummary;
  plan: LoadPlan;
}

/** What a continued history takes along: everything that is not derived from something else here. */
export interface SavedState {
  version: 1;
  /** Without reasons and re-runs, which `documentOf` derives from the record. */
  findings: Omit<Incident, 'reasons' | 'reruns'>;
  phase: Phase;
  now: string;
  events: TimelineEvent[];
  alerts: AlertSummary[];
  confirmations: ConfirmationRecord[];
  resolved: ResolvedLoad | null;
  /** What the confirmation run and its captures gave; null until the run has ended. */
  evidence: EvidenceSet | null;
  remedyPlan: RemedyPlan | null;
  decision: RemedyDecision | null;
  acknowledgedBy: string | null;
  waitingSinceMs: number | null;
  escalatedRungs: number;
  rerunRequests: RerunRequest[];
  /** Runs that can be compared: the confirmation with runs of the same state, and the runs of the state of the last re-run. */
  sides: LoadSides<MeasuredLoad>;
  handOffRequest: HandOffRequest | null;
  handedOffTo: string | null;
  askBisectorAtMs: number | null;
  bisect: BisectSummary | null;
  closing: CloseRequest | null;
  /** Workflows that are told the milestones. */
  listeners: string[];
  startedAt: string;
  endedAt: string | null;
}
