import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import type { LoadRequest, LoadRun, LoadStarted } from '../../activities/contract.js';
import { describeLoad } from '../../core/decisions/describe-load.js';
import type { MeasuredLoad } from '../../core/model/comparison.js';
import { loading } from '../kernel/activity-options.js';
import { inStage } from './stage-rows.js';
import type { IncidentState, ResolvedLoad } from './incident-state.js';

/** What of a run is compared: small, because it is in the history of every comparison. */
export function measuredLoad({ load, startedAt }: LoadRun): MeasuredLoad {
  return { load, startedAt };
}

export type LoadOutcome = { kind: 'ended'; run: LoadRun } | { kind: 'failed'; error: unknown } | { kind: 'closed' };

function describeRun({ confirmation }: LoadRun): string {
  const { p95Ms } = confirmation.observed;
  const latency = p95Ms === null ? '' : `, p95 ${Math.round(p95Ms)} ms`;
  return `${confirmation.verdict}${latency}, ${confirmation.requests} requests`;
}

/** Which load of an incident: the confirmation, its nth re-run, or the short second look of a confirmation that found an outage. */
export type LoadTurn = 'confirm' | 'outage' | { rerun: number };

const rerunOf = (turn: LoadTurn): number => (typeof turn === 'string' ? 0 : turn.rerun);

const wordsOf = (turn: LoadTurn): { stage: string; title: string } => {
  if (turn === 'confirm') return { stage: 'confirm', title: 'k6' };
  if (turn === 'outage') return { stage: 'look at the outage', title: 'a short look at the outage: k6' };
  return { stage: `verify ${turn.rerun}`, title: `re-run ${turn.rerun}: k6` };
};

function runActivity(state: IncidentState, { target, plan }: ResolvedLoad, turn: LoadTurn): Promise<LoadRun> {
  const { incidentId, endpoint, symptom } = state.incident;
  const { stage, title } = wordsOf(turn);
  const request: LoadRequest = { incidentId, endpoint, plan, budgets: target.budgets, symptom, run: rerunOf(turn) };
  const work = (): Promise<LoadRun> =>
    loading(plan).runLoad.executeWithOptions({ summary: `${title} ${describeLoad(plan)} vs ${endpoint}` }, [
      turn === 'outage' ? { ...request, isOutageWindow: true } : request,
    ]);
  return inStage(state, stage, work, describeRun);
}

/** Follows the run until it ended or the incident is being closed, and passes on every start of k6. Throws when the workflow is cancelled. */
async function follow(state: IncidentState, run: number, isOver: () => boolean, onStarted: (started: LoadStarted) => void): Promise<void> {
  let seenAttempt = 0;
  const fresh = (): LoadStarted | null =>
    state.loadStarted?.run === run && state.loadStarted.attempt > seenAttempt ? state.loadStarted : null;
  while (!isOver()) {
    await condition(() => isOver() || fresh() !== null);
    const started = fresh();
    if (started === null) continue;
    seenAttempt = started.attempt;
    onStarted(started);
  }
}

/**
 * Runs the load once and returns when k6 is gone. `onStarted` is called for each start of k6: once, and again when a crash made it start anew.
 * Closing the incident stops the load. Throws only when the workflow is cancelled, and then after k6 has stopped.
 */
export async function runLoad(
  state: IncidentState,
  resolved: ResolvedLoad,
  turn: LoadTurn,
  onStarted: (started: LoadStarted) => void,
): Promise<LoadOutcome> {
  const ended: LoadOutcome[] = [];
  state.loadStarted = null;
  const scope = new CancellationScope();
  const done = scope
    .run(() => runActivity(state, resolved, turn))
    .then(
      (result) => void ended.push({ kind: 'ended', run: result }),
      (error: unknown) => void ended.push({ kind: 'failed', error }),
    );
  try {
    await follow(state, rerunOf(turn), () => ended.length > 0 || state.closing !== null, onStarted);
  } catch (error) {
    if (isCancellation(error)) await CancellationScope.nonCancellable(() => done);
    throw error;
  }
  const [outcome] = ended;
  if (outcome !== undefined) return outcome;
  scope.cancel();
  await done;
  return { kind: 'closed' };
}
