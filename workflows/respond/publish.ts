/** The only place where the state of an incident is shown: status board, search attributes, query answer. */
import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { SearchAttributePair } from '@temporalio/common';
import { needsHuman } from '../../core/decisions/next-stage.js';
import { renderBoard } from '../../core/decisions/status-board.js';
import { stageRowsOf } from '../../core/decisions/timeline.js';
import type { Phase } from '../../core/model/outcome.js';
import { documentOf, type IncidentState } from './incident-state.js';
import type { IncidentStatus, SavedState } from './messages.js';
import { perfEndpoint, perfNeedsHuman, perfP95Ms, perfPhase, perfService, perfSeverity, perfVerdict } from './search-attributes.js';

export function isHumanNeeded(state: SavedState): boolean {
  return needsHuman({
    isWaiting: state.phase === 'waiting',
    hasOpenPlan: state.remedyPlan !== null && state.decision === null,
    isAcknowledged: state.acknowledgedBy !== null,
    outcome: state.findings.outcome,
  });
}

export function severityOf({ alerts }: Pick<SavedState, 'alerts'>): string | null {
  return alerts.find((alert) => alert.severity !== null)?.severity ?? null;
}

export function statusOf(state: SavedState): IncidentStatus {
  const { phase, alerts, confirmations, remedyPlan, startedAt, endedAt, events } = state;
  const shown = { phase, stage: state.now, alerts, confirmations, needsHuman: isHumanNeeded(state), remedyPlan, startedAt, endedAt };
  return { incident: documentOf(state), ...shown, timeline: events };
}

function attributesOf(state: SavedState): SearchAttributePair[] {
  const { findings, phase, confirmations } = state;
  const verdict = findings.outcome ?? findings.confirmation?.verdict ?? null;
  const lastRerun = confirmations.findLast(({ rerun }) => rerun !== null)?.rerun;
  const p95Ms = lastRerun?.after.p95Ms ?? findings.confirmation?.observed.p95Ms ?? null;
  const severity = severityOf(state);
  return [
    { key: perfService, value: findings.service },
    { key: perfEndpoint, value: findings.endpoint },
    { key: perfPhase, value: phase },
    { key: perfNeedsHuman, value: isHumanNeeded(state) },
    ...(verdict === null ? [] : [{ key: perfVerdict, value: verdict }]),
    ...(severity === null ? [] : [{ key: perfSeverity, value: severity }]),
    ...(p95Ms === null ? [] : [{ key: perfP95Ms, value: p95Ms }]),
  ];
}

/** Shows the state. Details cost nothing; attributes cost a history event, so only those that changed are written. */
export function publish(state: SavedState): void {
  const openPlanId = state.decision === null ? (state.remedyPlan?.planId ?? null) : null;
  setCurrentDetails(renderBoard({ phase: state.phase, now: state.now, openPlanId, rows: stageRowsOf(state.events) }));
  const current = workflowInfo().typedSearchAttributes;
  const changed = attributesOf(state).filter((pair) => current.get(pair.key) !== pair.value);
  if (changed.length > 0) upsertSearchAttributes(changed);
}

export function enter(state: IncidentState, phase: Phase, now: string): void {
  if (state.phase === phase && state.now === now) return;
  state.phase = phase;
  state.now = now;
  state.timeline.record({ kind: 'phase', phase, text: now });
}
