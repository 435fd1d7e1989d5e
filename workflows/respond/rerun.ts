import type { LoadRun } from '../../activities/contract.js';
import { remediedCauses } from '../../core/decisions/remedy/remedied-causes.js';
import { checkForecasts } from '../../core/decisions/remedy/forecast-check.js';
import { joinSide, runsWanted } from '../../core/decisions/load/load-sides.js';
import { incidentOutcomeAfter, outcomeOfRerun, verdictOfRuns } from '../../core/decisions/remedy/rerun-outcome.js';
import { summaryArtifact } from '../../core/decisions/load/summary-artifact.js';
import type { MeasuredLoad } from '../../core/model/comparison.js';
import type { Rerun } from '../../core/model/rerun.js';
import { measuredLoad, type LoadOrder } from '../kernel/hold-load.js';
import { describeComparison, verify, type Comparison, type Verification } from '../kernel/verify.js';
import { loadOrder, recordConfirmation } from './confirm.js';
import { rememberHealthy } from './healthy-run.js';
import { addReason, type IncidentState } from './incident-state.js';
import type { ResolvedLoad } from './messages.js';
import type { RerunRequest } from './messages.js';
import { enter } from './publish.js';
import { report, tell } from './report.js';

function rerunsOf({ confirmations }: IncidentState): number {
  return confirmations.filter(({ rerun }) => rerun !== null).length;
}

/** Holds the same load again and compares it with the earlier runs. Changes the outcome of the incident unless it proves nothing. */
export async function rerun(state: IncidentState, resolved: ResolvedLoad, request: RerunRequest): Promise<void> {
  const answer = await verify(state.kernel, orderFor(state, resolved, request));
  if (answer.kind === 'compared') {
    await adopt(state, resolved, request, answer);
    return;
  }
  const isClosed = answer.kind === 'stopped';
  const startedAt = answer.kind === 'not-compared' ? (answer.runs.at(-1) ?? answer.runs[0]).startedAt : answer.startedAt;
  recordBroken(state, request, startedAt, isClosed ? 'the incident was closed' : answer.reason);
}

/** Runs of the earlier state prove no fix, whatever they show; they enlarge the other side of the comparison. */
function orderFor(state: IncidentState, resolved: ResolvedLoad, request: RerunRequest): Parameters<typeof verify>[1] {
  const runs = runsWanted(request.runs);
  const firstNumber = state.confirmations.length;
  const numberOf = (index: number): number => firstNumber + index - 1;
  const orderOf = (index: number): LoadOrder => {
    const number = numberOf(index);
    const words = { key: `rerun-${number}`, stage: `verify ${number}`, title: `re-run ${number}: k6`, artifactPrefix: `rerun-${number}-` };
    return loadOrder(state, resolved, words);
  };
  return {
    ...{ orderOf, runs, stage: `compare ${rerunsOf(state) + 1}` },
    sides: (usable) => sidesWith(state, request, usable),
    onRun: (index) => {
      const of = runs === 1 ? '' : ` (${index} of ${runs})`;
      enter(state, 'verifying', `re-run ${numberOf(index)} of the same load${of}${request.by === undefined ? '' : ` for ${request.by}`}`);
    },
    onHeld: (run, isLast) => {
      state.findings = { ...state.findings, artifacts: [...state.findings.artifacts, ...run.artifacts] };
      if (!isLast) recordRun(state, request, run, null);
    },
  };
}

function sidesWith(
  { sides }: IncidentState,
  { side }: RerunRequest,
  usable: readonly MeasuredLoad[],
): { before: MeasuredLoad[]; after: MeasuredLoad[] } {
  return { before: sides.before, after: side === 'before' ? [...usable] : joinSide(sides, side, usable).after };
}

async function adopt(
  state: IncidentState,
  resolved: ResolvedLoad,
  request: RerunRequest,
  { runs, comparison }: Extract<Verification, { kind: 'compared' }>,
): Promise<void> {
  const last = runs.at(-1) ?? runs[0];
  const proven = runs.filter(({ confirmation }) => confirmation.verdict !== 'unproven');
  if (proven.length > 0) state.sides = joinSide(state.sides, request.side, proven.map(measuredLoad));
  const compared = judge(state, request, runs, comparison);
  const number = rerunsOf(state) + 1;
  const text = `re-run ${number}: ${describeComparison(compared)}, ${compared.outcome}`;
  const { findings, timeline } = state;
  state.findings = {
    ...findings,
    outcome: incidentOutcomeAfter(findings.outcome, compared.outcome),
    evidence: [...findings.evidence, { id: `rerun-${number}`, kind: 'rerun', summary: text, artifact: summaryArtifact(last.artifacts) }],
  };
  recordRun(state, request, last, compared);
  timeline.record({ kind: 'rerun', outcome: compared.outcome, ratio: compared.ratio, text, evidence: [`rerun-${number}`] });
  if (compared.outcome === 'resolved') await rememberHealthy(state, resolved.plan, runs, 'resolved re-run');
  await report(state);
  tell(state, 'rerun', `re-run ${number}: ${compared.outcome}`);
}

function judge({ findings, events }: IncidentState, { side }: RerunRequest, runs: readonly LoadRun[], comparison: Comparison): Rerun {
  const isBefore = side === 'before';
  const verdict = isBefore ? 'unproven' : verdictOfRuns(runs.map(({ confirmation }) => confirmation.verdict));
  const told = isBefore ? ['more runs of the state before: no proof of a fix, but the next comparison rests on them'] : [];
  const at = runs.at(-1)?.endedAt ?? '';
  const forecasts = isBefore ? [] : checkForecasts(findings.causes, comparison.after);
  const remedied = isBefore ? [] : remediedCauses(events);
  return {
    ...comparison,
    reasons: [...told, ...comparison.reasons],
    outcome: outcomeOfRerun(comparison, verdict),
    at,
    ...(forecasts.length === 0 ? {} : { forecasts }),
    ...(remedied.length === 0 ? {} : { remedied }),
  };
}

function callerOf({ by, reason, requestId }: RerunRequest): { by: string | null; reason: string | null; requestId: string | null } {
  return { by: by ?? null, reason: reason ?? null, requestId: requestId ?? null };
}

function recordBroken(state: IncidentState, request: RerunRequest, startedAt: string, why: string): void {
  const run = state.confirmations.length;
  addReason(state, `re-run ${run} proved nothing: ${why}`);
  recordConfirmation(state, { ...callerOf(request), run, startedAt, outcome: 'unproven', reasons: [why] });
}

function recordRun(state: IncidentState, request: RerunRequest, run: LoadRun, rerun: Rerun | null): void {
  const { verdict, reasons } = run.confirmation;
  const { startedAt, endedAt } = run;
  const caller = callerOf(request);
  // The last run answers the request; the earlier ones are its parts.
  const requestId = rerun === null ? null : caller.requestId;
  const told = { startedAt, endedAt, verdict, reasons, outcome: rerun?.outcome ?? null, rerun };
  recordConfirmation(state, { ...caller, requestId, run: state.confirmations.length, ...told });
}
