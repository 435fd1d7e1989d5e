/** The state of one incident, and the only place where it is made visible: status board, search attributes, query answer. */
import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { SearchAttributePair } from '@temporalio/common';
import type { AlertSummary, EvidenceSet, LoadStarted, RemedyPlan } from '../../activities/contract.js';
import type { LoadSides } from '../../core/decisions/load-sides.js';
import { needsHuman } from '../../core/decisions/next-stage.js';
import type { RemedyDecision } from '../../core/decisions/remedy-approval.js';
import { renderBoard, type StageRow } from '../../core/decisions/status-board.js';
import type { MeasuredLoad } from '../../core/model/comparison.js';
import type { BisectSummary, Incident, Phase, TargetSummary } from '../../core/model/incident.js';
import type { LoadPlan } from '../../core/model/load-result.js';
import { incidentIdOf } from './incident-id.js';
import type { CloseRequest, ConfirmationRecord, HandOffRequest, IncidentStart, IncidentStatus, RerunRequest } from './messages.js';
import { perfEndpoint, perfNeedsHuman, perfP95Ms, perfPhase, perfService, perfSeverity, perfVerdict } from './search-attributes.js';

export interface ResolvedLoad {
  target: TargetSummary;
  plan: LoadPlan;
}

export interface IncidentState {
  readonly start: IncidentStart;
  incident: Incident;
  phase: Phase;
  now: string;
  rows: StageRow[];
  alerts: AlertSummary[];
  confirmations: ConfirmationRecord[];
  resolved: ResolvedLoad | null;
  /** What the confirmation run and its captures left; null until the run ended. */
  evidence: EvidenceSet | null;
  /** The newest start message of the load run that is under way. */
  loadStarted: LoadStarted | null;
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
  bisect: BisectSummary | null;
  closing: CloseRequest | null;
  readonly startedAt: string;
  endedAt: string | null;
}

export function nowIso(): string {
  return new Date(Date.now()).toISOString();
}

function emptyIncident(start: IncidentStart): Incident {
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
    reruns: [],
    artifacts: [],
    reasons: [],
    bisect: null,
  };
}

export function createState(start: IncidentStart): IncidentState {
  return {
    start,
    incident: emptyIncident(start),
    phase: 'accepted',
    now: 'accepted the alert',
    rows: [],
    alerts: [],
    confirmations: [],
    resolved: null,
    evidence: null,
    loadStarted: null,
    remedyPlan: null,
    decision: null,
    acknowledgedBy: null,
    waitingSinceMs: null,
    escalatedRungs: 0,
    rerunRequests: [],
    sides: { before: [], after: [] },
    handOffRequest: null,
    handedOffTo: null,
    bisect: null,
    closing: null,
    startedAt: nowIso(),
    endedAt: null,
  };
}

export function isHumanNeeded(state: IncidentState): boolean {
  return needsHuman({
    isWaiting: state.phase === 'waiting',
    hasOpenPlan: state.remedyPlan !== null && state.decision === null,
    isAcknowledged: state.acknowledgedBy !== null,
    outcome: state.incident.outcome,
  });
}

export function severityOf(state: IncidentState): string | null {
  return state.alerts.find((alert) => alert.severity !== null)?.severity ?? null;
}

export function statusOf(state: IncidentState): IncidentStatus {
  const { incident, phase, alerts, confirmations, remedyPlan, startedAt, endedAt } = state;
  return { incident, phase, stage: state.now, alerts, confirmations, needsHuman: isHumanNeeded(state), remedyPlan, startedAt, endedAt };
}

type Attribute = SearchAttributePair;

function attributesOf(state: IncidentState): Attribute[] {
  const { incident, phase } = state;
  const verdict = incident.outcome ?? incident.confirmation?.verdict ?? null;
  const p95Ms = incident.reruns.at(-1)?.after.p95Ms ?? incident.confirmation?.observed.p95Ms ?? null;
  const severity = severityOf(state);
  return [
    { key: perfService, value: incident.service },
    { key: perfEndpoint, value: incident.endpoint },
    { key: perfPhase, value: phase },
    { key: perfNeedsHuman, value: isHumanNeeded(state) },
    ...(verdict === null ? [] : [{ key: perfVerdict, value: verdict }]),
    ...(severity === null ? [] : [{ key: perfSeverity, value: severity }]),
    ...(p95Ms === null ? [] : [{ key: perfP95Ms, value: p95Ms }]),
  ];
}

/** Shows the state. Details cost nothing; attributes cost a history event, so only those that changed are written. */
export function publish(state: IncidentState): void {
  const openPlanId = state.decision === null ? (state.remedyPlan?.planId ?? null) : null;
  setCurrentDetails(renderBoard({ phase: state.phase, now: state.now, openPlanId, rows: state.rows }));
  const current = workflowInfo().typedSearchAttributes;
  const changed = attributesOf(state).filter((pair) => current.get(pair.key) !== pair.value);
  if (changed.length > 0) upsertSearchAttributes(changed);
}

export function enter(state: IncidentState, phase: Phase, now: string): void {
  state.phase = phase;
  state.now = now;
  publish(state);
}

export function addReason(state: IncidentState, reason: string): void {
  state.incident = { ...state.incident, reasons: [...state.incident.reasons, reason] };
}
