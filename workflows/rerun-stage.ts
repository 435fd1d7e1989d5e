import { isCancellation } from '@temporalio/workflow';
import type { LoadRun } from '../activities/contract.js';
import { incidentOutcomeAfter, outcomeOfRerun } from '../core/decisions/rerun-outcome.js';
import type { Rerun } from '../core/model/incident.js';
import { light } from './activity-options.js';
import { recordConfirmation } from './confirm-stage.js';
import { describeFailure } from './describe-failure.js';
import { addReason, enter, nowIso, type IncidentState, type ResolvedLoad } from './incident-state.js';
import { runLoad } from './load-run.js';
import { report, tell } from './report-stage.js';
import { inStage } from './stage-rows.js';
import type { RerunRequest } from './messages.js';

function describeRerun({ verdict, ratio, withinBudget }: Pick<Rerun, 'verdict' | 'ratio' | 'withinBudget'>): string {
  const times = ratio === null ? '' : `, p95 × ${ratio.toFixed(2)}`;
  return `${verdict}${times}, ${withinBudget ? 'within' : 'outside'} the budget`;
}

async function compare(state: IncidentState, before: LoadRun, after: LoadRun, { target }: ResolvedLoad, run: number): Promise<Rerun> {
  const work = (): Promise<Omit<Rerun, 'outcome' | 'at'>> =>
    light.compareRuns.executeWithOptions({ summary: `re-run ${run} against the first run` }, [before, after, target.budgets]);
  const comparison = await inStage(state, `compare ${run}`, work, describeRerun);
  return { ...comparison, outcome: outcomeOfRerun(comparison, after.confirmation.verdict), at: after.endedAt };
}

function adoptRerun(state: IncidentState, run: number, rerun: Rerun, after: LoadRun): void {
  const { incident } = state;
  const summary = `re-run ${run}: ${describeRerun(rerun)}, ${rerun.outcome}`;
  const artifact = after.artifacts[0]?.name ?? null;
  state.incident = {
    ...incident,
    outcome: incidentOutcomeAfter(incident.outcome, rerun.outcome),
    reruns: [...incident.reruns, rerun],
    evidence: [...incident.evidence, { id: `rerun-${run}`, kind: 'rerun', summary, artifact }],
    artifacts: [...incident.artifacts, ...after.artifacts],
  };
}

function recordBroken(state: IncidentState, request: RerunRequest, run: number, startedAt: string, why: string): void {
  addReason(state, `re-run ${run} proved nothing: ${why}`);
  recordConfirmation(state, { ...callerOf(request), run, startedAt, outcome: 'unproven', reasons: [why] });
}

function callerOf({ by, reason, requestId }: RerunRequest): { by: string | null; reason: string | null; requestId: string | null } {
  return { by: by ?? null, reason: reason ?? null, requestId: requestId ?? null };
}

/** The same load once more, compared with the first run. Changes the outcome of the incident unless the run proved nothing. */
export async function rerun(state: IncidentState, resolved: ResolvedLoad, before: LoadRun, request: RerunRequest): Promise<void> {
  const run = state.confirmations.length;
  enter(state, 'verifying', `re-run ${run} of the same load${request.by === undefined ? '' : ` for ${request.by}`}`);
  const startedAt = nowIso();
  const outcome = await runLoad(state, resolved, run, () => undefined);
  if (outcome.kind !== 'ended') {
    recordBroken(state, request, run, startedAt, outcome.kind === 'closed' ? 'the incident was closed' : describeFailure(outcome.error));
    return;
  }
  const after = outcome.run;
  try {
    const compared = await compare(state, before, after, resolved, run);
    adoptRerun(state, run, compared, after);
    const { verdict, reasons } = after.confirmation;
    recordConfirmation(state, {
      ...callerOf(request),
      run,
      startedAt: after.startedAt,
      endedAt: after.endedAt,
      verdict,
      reasons,
      outcome: compared.outcome,
      rerun: compared,
    });
    await report(state);
    tell(state, 'rerun', `re-run ${run}: ${compared.outcome}`);
  } catch (error) {
    if (isCancellation(error)) throw error;
    recordBroken(state, request, run, startedAt, describeFailure(error));
  }
}
