/** What a triage tells its incident, as pure steps on the state. The same milestone may come twice; its id tells. */
import { cutText } from '../../decisions/cut-text.js';
import { leastSlowRatio } from '../impact/impact-figures.js';
import type { EndpointFacts } from '../severity/assess-severity.js';
import { record, type CommandState } from './command-state.js';
import { setStatus, type SeverityChange } from './commands.js';
import { rate } from './rate.js';
import type { TriageRow } from './findings.js';
import { isOpen, type IncidentStatus } from './incident-status.js';
import type { EventSource } from './record-event.js';

export interface TriageRef {
  workflowId: string;
  incidentId: string | null;
  endpoint: string;
}

/** Adds the triage, its endpoint and its service. False: it was there. */
export function attachTriage(state: CommandState, triage: TriageRef, nowMs: number): boolean {
  const known = state.triages.find((one) => one.workflowId === triage.workflowId);
  if (known?.incidentId === null && triage.incidentId !== null)
    state.triages = state.triages.map((one) => (one === known ? { ...one, incidentId: triage.incidentId } : one));
  if (known !== undefined && (triage.incidentId === null || known.incidentId === null || known.incidentId === triage.incidentId))
    return false;
  const row: TriageRow = { ...triage, outcome: null, cause: null };
  // A later episode of the same endpoint is a triage of its own.
  state.triages = [...state.triages, row];
  const service = triage.endpoint.split('/')[0] ?? triage.endpoint;
  if (!state.affected.includes(service)) state.affected = [...state.affected, service];
  record(
    state,
    { kind: 'triage', text: `triage of ${triage.endpoint} belongs to this incident`.slice(0, 200), data: idsOf(triage) },
    nowMs,
  );
  return true;
}

function idsOf({ workflowId, incidentId, endpoint }: TriageRef): Record<string, string | null> {
  return { workflowId, triage: incidentId, endpoint };
}

/** What an incident reads of a triage's event; what is absent was not known there. Times are ISO 8601, `p95Ms` in milliseconds, ratios 0..1. */
export interface Milestone {
  id: string;
  at: string;
  kind: string;
  source: 'responder' | 'person' | 'alert' | 'bisector';
  text: string;
  evidence: readonly string[];
  verdict?: string;
  p95Ms?: number;
  measured?: { requests: number; errorRatio: number; p95BudgetMs?: number; p50Ms?: number; p99Ms?: number };
  outcome?: string;
  causes?: readonly { id: string; component: string }[];
  decision?: string;
}

export interface MilestoneOrder extends TriageRef {
  event: Milestone;
  /** The first alert that the triage is about. */
  alert?: { source: string; receivedAt: string };
}

export interface MilestoneEffect {
  severity: SeverityChange | null;
  /** Status that the milestone proved, when it changed. */
  status: IncidentStatus | null;
}

const nothing: MilestoneEffect = { severity: null, status: null };

const sources: Readonly<Record<Milestone['source'], EventSource>> = {
  responder: 'workflow',
  person: 'tool',
  alert: 'alert',
  bisector: 'workflow',
};

function updateRow(state: CommandState, { workflowId, incidentId, event }: MilestoneOrder): void {
  const change = (): Partial<TriageRow> => {
    if (event.kind === 'diagnosis') {
      const [cause] = event.causes ?? [];
      return {
        outcome: event.outcome ?? null,
        cause: cause === undefined ? null : `${cause.id}: ${cause.component}`,
      };
    }
    if ((event.kind === 'rerun' || event.kind === 'ended') && event.outcome !== undefined) return { outcome: event.outcome };
    return {};
  };
  state.triages = state.triages.map((row) =>
    row.workflowId === workflowId && (row.incidentId === null || row.incidentId === incidentId) ? { ...row, incidentId, ...change() } : row,
  );
}

/** Outcomes of a diagnosis that name a cause. */
const located: readonly string[] = ['localized', 'mixed', 'capacity'];

/** The statuses that milestones prove; a person may have set a later one, which stays. */
function provenStatus(event: MilestoneOrder['event']): IncidentStatus | null {
  switch (event.kind) {
    case 'confirmation':
      return event.verdict === 'confirmed' ? 'investigating' : null;
    case 'diagnosis':
      return (event.causes ?? []).length > 0 && located.includes(event.outcome ?? '') ? 'identified' : null;
    case 'remedy-decided':
      return event.decision === 'approve' ? 'mitigating' : null;
    case 'rerun':
      return event.outcome === 'resolved' ? 'monitoring' : null;
    default:
      return null;
  }
}

const order: readonly IncidentStatus[] = ['triage', 'investigating', 'identified', 'mitigating', 'monitoring'];

function advance(state: CommandState, event: MilestoneOrder['event'], nowMs: number): IncidentStatus | null {
  const to = provenStatus(event);
  if (to === null || !isOpen(state.status)) return null;
  // A symptom that is confirmed again while it was thought to be gone leads back.
  const isBack = to === 'investigating' && state.status === 'monitoring';
  if (!isBack && order.indexOf(to) <= order.indexOf(state.status)) return null;
  // Several endpoints: one that is well again says nothing of the others.
  if (to === 'monitoring' && state.triages.some((row) => row.outcome !== null && row.cause !== null && row.outcome !== 'resolved'))
    return null;
  setStatus(state, { to, reason: cutText(`shown by the triage: ${event.text}`, 200), by: null }, nowMs);
  return to;
}

/** A confirmed window counts as measured, however short it was. */
function factsOf({ endpoint, event }: MilestoneOrder, criticalServices: readonly string[], evidence: string): EndpointFacts | null {
  if (event.kind !== 'confirmation' || event.verdict !== 'confirmed') return null;
  const service = endpoint.split('/')[0] ?? endpoint;
  return {
    service,
    endpoint,
    isCritical: criticalServices.includes(service),
    requests: event.measured?.requests ?? 0,
    observedForMs: 0,
    isConfirmedWindow: true,
    errorRatio: event.measured?.errorRatio ?? null,
    timeoutRatio: null,
    p95Ms: event.p95Ms ?? null,
    p95BudgetMs: event.measured?.p95BudgetMs ?? null,
    evidence: [evidence],
  };
}

/** The alert that a triage began with is the incident's, too: without it, nothing would say when it was detected. */
function takeAlert(state: CommandState, { alert, endpoint, workflowId }: MilestoneOrder, nowMs: number): void {
  if (alert === undefined) return;
  const { source, receivedAt } = alert;
  const isKnown = state.record.some(({ kind, at, data }) => kind === 'alert' && at === receivedAt && data['workflow'] === workflowId);
  if (isKnown) return;
  const text = `${source}: alert of ${endpoint}`.slice(0, 200);
  record(state, { kind: 'alert', text, at: receivedAt, source: 'alert', data: { workflow: workflowId, endpoint } }, nowMs);
}

/** What the impact is worked out from. */
function measuredBy({ measured, p95Ms }: Milestone): Record<string, number | null> {
  if (measured === undefined) return {};
  const { requests, errorRatio, p50Ms, p99Ms, p95BudgetMs } = measured;
  return { requests, errorRatio, slowRatio: leastSlowRatio({ p50Ms, p95Ms, p99Ms }, p95BudgetMs) };
}

function raise(state: CommandState, milestone: MilestoneOrder, eventId: string, nowMs: number): SeverityChange | null {
  const endpoint = factsOf(milestone, state.policy.criticalServices, eventId);
  if (endpoint === null) return null;
  const facts = { endpoints: [endpoint], services: [], burns: [], hasDataLoss: false, hasSecurityBreach: false };
  return rate(state, facts, Date.parse(milestone.event.at), nowMs);
}

export function takeMilestone(state: CommandState, milestone: MilestoneOrder, nowMs: number): MilestoneEffect {
  const { workflowId, incidentId, event } = milestone;
  const origin = `${incidentId ?? workflowId}:${event.id}`;
  if (state.record.some(({ data }) => data['origin'] === origin)) return nothing;
  attachTriage(state, milestone, nowMs);
  takeAlert(state, milestone, nowMs);
  const written = record(
    state,
    {
      kind: 'triage',
      at: event.at,
      text: cutText(`${milestone.endpoint}: ${event.text}`, 200),
      source: sources[event.source],
      evidence: event.evidence,
      data: {
        origin,
        milestone: event.kind,
        endpoint: milestone.endpoint,
        triage: incidentId,
        workflow: workflowId,
        outcome: event.outcome ?? null,
        verdict: event.verdict ?? null,
        ...measuredBy(event),
      },
    },
    nowMs,
  );
  updateRow(state, milestone);
  return { severity: raise(state, milestone, written.id, nowMs), status: advance(state, event, nowMs) };
}
