import { isCancellation } from '@temporalio/workflow';
import type { LoadRun } from '../../activities/contract.js';
import { describeRatio } from '../../core/decisions/describe-ratio.js';
import { joinSide, runsWanted } from '../../core/decisions/load-sides.js';
import { incidentOutcomeAfter, outcomeOfRerun, verdictOfRuns } from '../../core/decisions/rerun-outcome.js';
import { summaryArtifact } from '../../core/decisions/summary-artifact.js';
import type { Rerun } from '../../core/model/incident.js';
import { light } from '../kernel/activity-options.js';
import { recordConfirmation } from './confirm.js';
import { describeFailure } from '../kernel/describe-failure.js';
import { rememberHealthy } from './healthy-run.js';
import { addReason, enter, nowIso, type IncidentState, type ResolvedLoad } from './incident-state.js';
import { measuredLoad, runLoad } from './load-run.js';
import { report, tell } from './report.js';
import { inStage } from './stage-rows.js';
import type { RerunRequest } from './messages.js';

type Judgement = Omit<Rerun, 'outcome' | 'at'>;

function describeRerun({ verdict, ratio, withinBudget, backToBaseline }: Judgement): string {
  const times = ratio === null ? '' : `, p95 × ${describeRatio(ratio)}`;
  const baseline = backToBaseline === null ? '' : `, ${backToBaseline ? 'back to' : 'not back to'} the baseline`;
  return `${verdict}${times}, ${withinBudget ? 'within' : 'outside'} the budget${baseline}`;
}

/** Compares the runs of both sides. Runs of the state before prove no fix, whatever they show. */
async function compare(
  state: IncidentState,
  { target, plan }: ResolvedLoad,
  request: RerunRequest,
  runs: [LoadRun, ...LoadRun[]],
): Promise<Rerun> {
  const number = state.incident.reruns.length + 1;
  const proven = runs.filter(({ confirmation }) => confirmation.verdict !== 'unproven');
  const usable = (proven.length > 0 ? proven : runs).map(measuredLoad);
  const { before } = state.sides;
  const joined = joinSide(state.sides, request.side, usable);
  const after = request.side === 'before' ? usable : joined.after;
  const work = (): Promise<Judgement> =>
    light.compareRuns.executeWithOptions({ summary: `re-run ${number}: ${after.length} against ${before.length} runs` }, [
      { endpoint: target.endpoint, plan, budgets: target.budgets, before, after },
    ]);
  const comparison = await inStage(state, `compare ${number}`, work, describeRerun);
  if (proven.length > 0) state.sides = joined;
  const verdict = request.side === 'before' ? 'unproven' : verdictOfRuns(runs.map(({ confirmation }) => confirmation.verdict));
  const told = request.side === 'before' ? ['more runs of the state before: no proof of a fix, but the next comparison rests on them'] : [];
  const at = (runs.at(-1) ?? runs[0]).endedAt;
  return { ...comparison, reasons: [...told, ...comparison.reasons], outcome: outcomeOfRerun(comparison, verdict), at };
}

function adoptRerun(state: IncidentState, rerun: Rerun, last: LoadRun): void {
  const { incident } = state;
  const number = incident.reruns.length + 1;
  const summary = `re-run ${number}: ${describeRerun(rerun)}, ${rerun.outcome}`;
  state.incident = {
    ...incident,
    outcome: incidentOutcomeAfter(incident.outcome, rerun.outcome),
    reruns: [...incident.reruns, rerun],
    evidence: [...incident.evidence, { id: `rerun-${number}`, kind: 'rerun', summary, artifact: summaryArtifact(last.artifacts) }],
  };
}

function recordBroken(state: IncidentState, request: RerunRequest, startedAt: string, why: string): void {
  const run = state.confirmations.length;
  addReason(state, `re-run ${run} proved nothing: ${why}`);
  recordConfirmation(state, { ...callerOf(request), run, startedAt, outcome: 'unproven', reasons: [why] });
}

function callerOf({ by, reason, requestId }: RerunRequest): { by: string | null; reason: string | null; requestId: string | null } {
  return { by: by ?? null, reason: reason ?? null, requestId: requestId ?? null };
}

function recordRun(state: IncidentState, request: RerunRequest, run: LoadRun, rerun: Rerun | null): void {
  const { verdict, reasons } = run.confirmation;
  const { startedAt, endedAt } = run;
  const caller = callerOf(request);
  // The last run answers the request; the ones before it are its parts.
  const requestId = rerun === null ? null : caller.requestId;
  const outcome = rerun?.outcome ?? null;
  recordConfirmation(state, {
    ...caller,
    requestId,
    run: state.confirmations.length,
    startedAt,
    endedAt,
    verdict,
    reasons,
    outcome,
    rerun,
  });
}

/** Holds the load as often as it was asked for. A run that breaks ends the series, which then proves nothing. */
async function runSeries(state: IncidentState, resolved: ResolvedLoad, request: RerunRequest): Promise<LoadRun[]> {
  const wanted = runsWanted(request.runs);
  const runs: LoadRun[] = [];
  while (runs.length < wanted) {
    const last = runs.at(-1);
    if (last !== undefined) recordRun(state, request, last, null);
    const number = state.confirmations.length;
    const of = wanted === 1 ? '' : ` (${runs.length + 1} of ${wanted})`;
    enter(state, 'verifying', `re-run ${number} of the same load${of}${request.by === undefined ? '' : ` for ${request.by}`}`);
    const startedAt = nowIso();
    const outcome = await runLoad(state, resolved, { rerun: number }, () => undefined);
    if (outcome.kind !== 'ended') {
      const why = outcome.kind === 'closed' ? 'the incident was closed' : describeFailure(outcome.error);
      recordBroken(state, request, startedAt, why);
      return [];
    }
    state.incident = { ...state.incident, artifacts: [...state.incident.artifacts, ...outcome.run.artifacts] };
    runs.push(outcome.run);
  }
  return runs;
}

/** The same load again, compared with the runs before. Changes the outcome of the incident unless it proved nothing. */
export async function rerun(state: IncidentState, resolved: ResolvedLoad, request: RerunRequest): Promise<void> {
  const [first, ...more] = await runSeries(state, resolved, request);
  if (first === undefined) return;
  const last = more.at(-1) ?? first;
  try {
    const compared = await compare(state, resolved, request, [first, ...more]);
    adoptRerun(state, compared, last);
    recordRun(state, request, last, compared);
    if (compared.outcome === 'resolved') await rememberHealthy(state, resolved.plan, [first, ...more], 'resolved re-run');
    await report(state);
    tell(state, 'rerun', `re-run ${state.incident.reruns.length}: ${compared.outcome}`);
  } catch (error) {
    if (isCancellation(error)) throw error;
    recordBroken(state, request, last.startedAt, describeFailure(error));
  }
}
