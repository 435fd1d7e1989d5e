import { patched } from '@temporalio/workflow';
import type { EvidenceSet, LoadRun } from '../../activities/contract.js';
import type { LoadPlan } from '../../core/model/load-result.js';
import { hasEndedEarly } from '../../core/decisions/capture-window.js';
import { isOutage } from '../../core/decisions/outage.js';
import { outagePlan } from '../../core/decisions/outage-window.js';
import { notCaptured, startCaptures, type CaptureResults, type RunningCaptures } from './captures.js';
import { describeFailure, failureType } from '../kernel/describe-failure.js';
import { addReason, enter, nowIso, type IncidentState, type ResolvedLoad } from './incident-state.js';
import { rememberHealthy } from './healthy-run.js';
import { measuredLoad, runLoad, type LoadOutcome } from './load-run.js';

/** Keeps the record that callers of a re-run wait for, and shows it. */
export function recordConfirmation(
  state: IncidentState,
  record: Pick<IncidentState['confirmations'][number], 'run' | 'startedAt'> & Partial<IncidentState['confirmations'][number]>,
): void {
  const empty = { by: null, reason: null, requestId: null, endedAt: nowIso(), verdict: null, outcome: null, reasons: [], rerun: null };
  state.confirmations.push({ ...empty, ...record });
}

async function collect(state: IncidentState, run: LoadRun, plan: LoadPlan, captures: RunningCaptures | null): Promise<CaptureResults> {
  const notInWindow = 'Triage again; when it happens again, look at the log of the load activity in the Temporal Web UI.';
  if (captures === null) return notCaptured('the load never told that it started', notInWindow);
  if (endedEarly(state, run, plan)) {
    await captures.stop();
    return notCaptured('the load ended before its window was over, so the captures would have seen an idle service', notInWindow);
  }
  return captures.results;
}

function adoptRun(state: IncidentState, run: LoadRun): void {
  const { incident } = state;
  const loadWindowMs = Date.parse(run.endedAt) - Date.parse(run.startedAt);
  state.incident = {
    ...incident,
    confirmation: run.confirmation,
    timing: { ...incident.timing, loadWindowMs },
    artifacts: [...incident.artifacts, ...run.artifacts],
    reasons: [...incident.reasons, ...run.confirmation.reasons],
  };
  recordConfirmation(state, {
    run: 0,
    startedAt: run.startedAt,
    endedAt: run.endedAt,
    verdict: run.confirmation.verdict,
    reasons: run.confirmation.reasons,
  });
}

function adoptClosing(state: IncidentState, startedAt: string): void {
  state.incident = { ...state.incident, outcome: 'unproven' };
  recordConfirmation(state, { run: 0, startedAt, reasons: ['the incident was closed while the load ran'] });
}

/** A run that could not be had is no evidence either way; input that can never work is refused instead. */
function adoptFailure(state: IncidentState, error: unknown, startedAt: string): void {
  const isRefused = ['UnreadableInputError', 'RefusedError'].includes(failureType(error) ?? '');
  const reason = isRefused ? describeFailure(error) : `the confirmation could not be run: ${describeFailure(error)}`;
  state.incident = { ...state.incident, outcome: isRefused ? 'refused' : 'unproven' };
  addReason(state, reason);
  recordConfirmation(state, { run: 0, startedAt, reasons: [reason] });
}

const notNeeded: CaptureResults = {
  profile: { headline: 'not needed', artifacts: [], missing: [] },
  service: { headline: 'not needed', artifacts: [], missing: [] },
  databases: { headline: 'not needed', artifacts: [], missing: [] },
};

function keepEvidence(state: IncidentState, plan: LoadPlan, run: LoadRun, results: CaptureResults): EvidenceSet {
  const { incidentId, endpoint, symptom } = state.incident;
  const set: EvidenceSet = { incidentId, endpoint, symptom, options: state.start.options, plan, run, ...results, scan: null };
  state.evidence = set;
  return set;
}

interface CapturedLoad {
  outcome: LoadOutcome;
  captures: RunningCaptures | null;
}

/** Holds the load once, with everything captured beside it. */
async function holdAndCapture(state: IncidentState, resolved: ResolvedLoad, turn: 'confirm' | 'outage'): Promise<CapturedLoad> {
  const captures: { newest: RunningCaptures | null } = { newest: null };
  const outcome = await runLoad(state, resolved, turn, (started) => {
    captures.newest = startCaptures(state, resolved, started, captures.newest);
  });
  if (outcome.kind !== 'ended') void captures.newest?.stop();
  return { outcome, captures: captures.newest };
}

function endedEarly(state: IncidentState, run: LoadRun, plan: LoadPlan): boolean {
  const { measuredFrom, endedAt } = run;
  return hasEndedEarly({ durationMs: state.loadStarted?.durationMs ?? plan.durationMs, measuredFrom, endedAt });
}

/**
 * The guard stopped the load because nearly every request failed: a short second one, within what the guard allows, shows the failing service to the
 * captures. Its numbers are the evidence, the verdict stays the first one's. Null when there is nothing to see, or no longer.
 */
async function lookAtOutage(state: IncidentState, resolved: ResolvedLoad, first: LoadRun): Promise<EvidenceSet | null> {
  const plan = outagePlan(resolved.plan, first.load);
  if (plan === null) return null;
  enter(state, 'confirming', 'nearly every request fails: a short second load, with everything captured');
  const { outcome, captures } = await holdAndCapture(state, { ...resolved, plan }, 'outage');
  if (outcome.kind !== 'ended') return null;
  const { run } = outcome;
  if (!isOutage(run.load)) {
    void captures?.stop();
    addReason(state, 'a second, short load a moment later was answered again: what failed is not there any more');
    return null;
  }
  const { incident } = state;
  const loadWindowMs = Date.parse(run.endedAt) - Date.parse(first.startedAt);
  state.incident = {
    ...incident,
    timing: { ...incident.timing, loadWindowMs },
    artifacts: [...incident.artifacts, ...run.artifacts],
  };
  const set = keepEvidence(state, plan, { ...run, confirmation: first.confirmation }, await collect(state, run, plan, captures));
  state.evidence = { ...set, confirmedBy: { plan: resolved.plan, load: first.load } };
  return state.evidence;
}

/** Decides what the run means; the captures of an unconfirmed symptom are stopped, for they would only tell a story. */
async function judgeRun(
  state: IncidentState,
  resolved: ResolvedLoad,
  run: LoadRun,
  captures: RunningCaptures | null,
): Promise<EvidenceSet | null> {
  adoptRun(state, run);
  const { plan } = resolved;
  const { verdict } = run.confirmation;
  if (verdict === 'confirmed') {
    state.sides = { before: [measuredLoad(run)], after: [] };
    const results = await collect(state, run, plan, captures);
    // Incidents of before had no second look.
    const outage = endedEarly(state, run, plan) && patched('look-at-outage') ? await lookAtOutage(state, resolved, run) : null;
    return outage ?? keepEvidence(state, plan, run, results);
  }
  void captures?.stop();
  keepEvidence(state, plan, run, notNeeded);
  state.incident = { ...state.incident, outcome: verdict };
  if (verdict === 'not-reproduced') await rememberHealthy(state, plan, [run], 'green confirmation');
  return null;
}

/**
 * Stage 1: the load window with everything captured in it. Returns the evidence when the symptom is confirmed; otherwise null, and the
 * incident has its outcome.
 */
export async function confirm(state: IncidentState, resolved: ResolvedLoad): Promise<EvidenceSet | null> {
  enter(state, 'confirming', `reproducing the symptom on ${resolved.target.endpoint}, capturing in the same window`);
  const startedAt = nowIso();
  const { outcome, captures } = await holdAndCapture(state, resolved, 'confirm');
  if (outcome.kind === 'ended') return judgeRun(state, resolved, outcome.run, captures);
  if (outcome.kind === 'failed') adoptFailure(state, outcome.error, startedAt);
  else adoptClosing(state, startedAt);
  return null;
}
