import type { EvidenceSet, LoadRun } from '../../activities/contract.js';
import { loadPriority } from '../../core/decisions/load/load-priority.js';
import { isOutage } from '../../core/decisions/load/outage.js';
import { outagePlan } from '../../core/decisions/load/outage-window.js';
import type { LoadPlan } from '../../core/model/load-result.js';
import { captureTasks, type Captured } from '../kernel/capture.js';
import { measuredLoad, type LoadOrder, type NoLoad } from '../kernel/hold-load.js';
import { holdWindow, type WindowEnding } from '../kernel/hold-window.js';
import { evidenceOf } from './evidence.js';
import { rememberHealthy } from './healthy-run.js';
import { addReason, nowIso, type IncidentState } from './incident-state.js';
import type { ResolvedLoad } from './messages.js';
import { enter, severityOf } from './publish.js';

/** What distinguishes one load of an incident from another. */
export interface LoadWords {
  key: string;
  stage: string;
  title: string;
  artifactPrefix: string;
}

/** One load of this incident; closing the incident stops it. */
export function loadOrder(state: IncidentState, { target, plan }: ResolvedLoad, words: LoadWords): LoadOrder {
  const { endpoint, symptom } = state.findings;
  const priority = loadPriority(severityOf(state));
  return { ...words, endpoint, plan, budgets: target.budgets, symptom, priority, isUnwanted: () => state.closing !== null };
}

/** Keeps the record that callers of a re-run wait for, and shows it. */
export function recordConfirmation(
  state: IncidentState,
  record: Pick<IncidentState['confirmations'][number], 'run' | 'startedAt'> & Partial<IncidentState['confirmations'][number]>,
): void {
  const empty = { by: null, reason: null, requestId: null, endedAt: nowIso(), verdict: null, outcome: null, reasons: [], rerun: null };
  state.confirmations.push({ ...empty, ...record });
}

function holdOnce(
  state: IncidentState,
  resolved: ResolvedLoad,
  words: LoadWords,
  isWanted: (run: LoadRun) => boolean,
): Promise<WindowEnding> {
  const { target } = resolved;
  const place = { endpoint: target.endpoint, options: state.start.options, queue: target.captureQueue };
  return holdWindow(state.kernel, { load: loadOrder(state, resolved, words), tasks: captureTasks(target), place, isWanted });
}

/**
 * Holds the load window with all captures. Returns true when the symptom is confirmed; the evidence is in the state then. Otherwise the incident has its
 * outcome.
 */
export async function confirm(state: IncidentState, resolved: ResolvedLoad): Promise<boolean> {
  enter(state, 'confirming', `reproducing the symptom on ${resolved.target.endpoint}, capturing in the same window`);
  const startedAt = nowIso();
  const words = { key: 'confirm', stage: 'confirm', title: 'k6', artifactPrefix: '' };
  const ending = await holdOnce(state, resolved, words, ({ confirmation }) => confirmation.verdict === 'confirmed');
  if (ending.kind === 'refused' || ending.kind === 'failed' || ending.kind === 'stopped') return adoptNoLoad(state, ending, startedAt);
  adoptRun(state, ending.run);
  if (ending.kind === 'unwanted') return adoptHealthy(state, resolved, ending.run);
  state.sides = { before: [measuredLoad(ending.run)], after: [] };
  state.evidence = evidenceOf(state, resolved.plan, ending.run, ending.captures);
  if (ending.kind === 'cut-short') await lookAtOutage(state, resolved, ending.run);
  else if (ending.captures.some(({ unheard }) => unheard)) await lookAgain(state, resolved, ending.run);
  return true;
}

function adoptRun(state: IncidentState, run: LoadRun): void {
  const { findings, timeline } = state;
  const { confirmation, startedAt, endedAt } = run;
  const loadWindowMs = Date.parse(endedAt) - Date.parse(startedAt);
  state.findings = {
    ...findings,
    confirmation,
    timing: { ...findings.timing, loadWindowMs },
    artifacts: [...findings.artifacts, ...run.artifacts],
  };
  const { verdict, reasons, observed } = confirmation;
  recordConfirmation(state, { run: 0, startedAt, endedAt, verdict, reasons });
  for (const reason of reasons) addReason(state, reason);
  const { requests, budget } = confirmation;
  const { errorRatio, p50Ms, p99Ms } = observed;
  const measured = { requests, errorRatio, p95BudgetMs: budget.p95Ms ?? null, p50Ms, p99Ms };
  timeline.record({
    kind: 'confirmation',
    verdict,
    p95Ms: observed.p95Ms,
    measured,
    at: endedAt,
    text: `${verdict}: ${reasons.join('; ')}`,
  });
}

/** A run that could not be held is no evidence either way. */
function adoptNoLoad(state: IncidentState, { kind, reason }: NoLoad, startedAt: string): false {
  const told = {
    refused: reason,
    failed: `the confirmation could not be run: ${reason}`,
    stopped: 'the incident was closed while the load ran',
  };
  state.findings = { ...state.findings, outcome: kind === 'refused' ? 'refused' : 'unproven' };
  if (kind !== 'stopped') addReason(state, told[kind]);
  recordConfirmation(state, { run: 0, startedAt, reasons: [told[kind]] });
  state.timeline.record({ kind: 'confirmation', verdict: null, p95Ms: null, text: told[kind] });
  return false;
}

/** The captures of an unconfirmed symptom were stopped: what they show would be misleading. */
async function adoptHealthy(state: IncidentState, { plan }: ResolvedLoad, run: LoadRun): Promise<false> {
  state.evidence = evidenceOf(state, plan, run, []);
  const { verdict } = run.confirmation;
  state.findings = { ...state.findings, outcome: verdict === 'confirmed' ? 'inconclusive' : verdict };
  if (verdict === 'not-reproduced') await rememberHealthy(state, plan, [run], 'green confirmation');
  return false;
}

/** The second load of the same confirmation gives the evidence; the verdict stays that of the first. */
function adoptSecondLook(
  state: IncidentState,
  first: LoadRun,
  firstPlan: LoadPlan,
  look: { plan: LoadPlan; run: LoadRun; captures: Captured[] },
): EvidenceSet {
  const { findings } = state;
  const { plan, run, captures } = look;
  const loadWindowMs = Date.parse(run.endedAt) - Date.parse(first.startedAt);
  const artifacts = [...findings.artifacts, ...run.artifacts];
  state.findings = { ...findings, timing: { ...findings.timing, loadWindowMs }, artifacts };
  const set = evidenceOf(state, plan, { ...run, confirmation: first.confirmation }, captures);
  return { ...set, confirmedBy: { plan: firstPlan, load: first.load } };
}

/**
 * The guard stopped the load because nearly every request failed. A short second load, within what the guard allows, shows the failing service to the
 * captures. Nothing changes if there is nothing to see, or nothing any more.
 */
async function lookAtOutage(state: IncidentState, resolved: ResolvedLoad, first: LoadRun): Promise<void> {
  const plan = outagePlan(resolved.plan, first.load);
  if (plan === null) return;
  enter(state, 'confirming', 'nearly every request fails: a short second load, with everything captured');
  const words = { key: 'outage', stage: 'look at the outage', title: 'a short look at the outage: k6', artifactPrefix: 'outage-' };
  const ending = await holdOnce(state, { ...resolved, plan }, words, ({ load }) => isOutage(load));
  if (ending.kind === 'unwanted')
    addReason(state, 'a second, short load a moment later was answered again: what failed is not there any more');
  if (ending.kind !== 'captured' && ending.kind !== 'cut-short') return;
  const { run, captures } = ending;
  state.evidence = adoptSecondLook(state, first, resolved.plan, { plan, run, captures });
}

/** A capturing worker died in the window. That says nothing about the service, so one more window is worth its load; a third would not be. */
async function lookAgain(state: IncidentState, resolved: ResolvedLoad, first: LoadRun): Promise<void> {
  addReason(state, 'a worker fell silent while it captured, so the load was held a second time');
  enter(state, 'confirming', 'a worker fell silent while it captured: the same load again, with everything captured');
  const words = { key: 'again', stage: 'look again', title: 'again, for its captures: k6', artifactPrefix: 'second-' };
  const ending = await holdOnce(state, resolved, words, ({ confirmation }) => confirmation.verdict === 'confirmed');
  if (ending.kind !== 'captured') return;
  const { run, captures } = ending;
  state.evidence = adoptSecondLook(state, first, resolved.plan, { plan: resolved.plan, run, captures });
}
