import { allHandlersFinished, CancellationScope, condition, isCancellation, setCurrentDetails, setHandler } from '@temporalio/workflow';
import { refuseAbort, refuseAnswer, takeAnswer } from '../../core/command/runbook/run-answers.js';
import { createRunState, pendingStep, type RunResult, type RunStart, type RunState } from '../../core/command/runbook/run-state.js';
import type { StoryFact } from '../../core/model/timeline.js';
import { createKernel } from '../kernel/context.js';
import { createTimeline } from '../kernel/timeline.js';
import { describeFailure } from '../kernel/describe-failure.js';
import { tellIncident } from './tell-incident.js';
import { onUpdate, readStart } from '../kernel/on-message.js';
import { reading } from './activity-options.js';
import { boardOfRun } from './board.js';
import { lookAt } from './checks.js';
import { planStep } from './dry-run.js';
import { lockWorkflowId, takeLock } from './lock.js';
import { abortRunUpdate, answerRunUpdate, runStateQuery, stillThereSignal } from './messages.js';
import { readAbort, readAnswer, readRunStart } from './read-messages.js';
import { rollBack } from './rollback.js';
import type { Run } from './run.js';
import { opened } from './run-context.js';
import { runStep } from './step.js';

/** How the work ended that came before the rollback. */
type Ending = { result: RunResult; undo: boolean };

/**
 * Runs a snapshot of a runbook: pre-flight, steps with their approvals, verification. If it fails, everything that was done, or may have been done, is
 * undone. Returns the state of the run; a cancelled run returns after its rollback.
 */
export async function executeRunbook(start: RunStart): Promise<RunState> {
  const state = createRunState(readStart(readRunStart, start), Date.now());
  const { record } = createTimeline<StoryFact>([], () => undefined);
  const run: Run = { state, publish: () => setCurrentDetails(boardOfRun(state)), kernel: createKernel(state.start.runId, record) };
  const work = new CancellationScope();
  registerHandlers(run, () => work.cancel());
  run.publish();
  const ending = await work.run(() => story(run)).catch((error: unknown) => stopped(run, error));
  await CancellationScope.nonCancellable(() => finish(run, ending));
  return state;
}

function registerHandlers(run: Run, stop: () => void): void {
  const { state } = run;
  setHandler(stillThereSignal, () => undefined, { description: 'Asks whether the run is still there' });
  setHandler(runStateQuery, () => state, { description: 'Everything the run knows' });
  onUpdate(
    answerRunUpdate,
    readAnswer,
    (request) => refuseAnswer(state, request),
    (request) => takeAnswer(state, request, Date.now()),
    { description: 'Approves, rejects, skips, retries, or counts as done, what the run waits for' },
  );
  onUpdate(
    abortRunUpdate,
    readAbort,
    () => refuseAbort(state),
    ({ by }) => {
      state.abort = { person: by.person, reason: `aborted by ${by.person}` };
      stop();
      return { given: 0, needed: 0 };
    },
    { description: 'Stops the run and undoes what it did' },
  );
}

function stopped({ state }: Run, error: unknown): Ending {
  if (!isCancellation(error)) throw error;
  state.abort ??= { person: 'Temporal', reason: 'the workflow was cancelled' };
  for (const step of state.steps) {
    if (step.state === 'running') step.state = 'unknown';
    if (step.state === 'waiting') step.state = 'pending';
    if (step.state === 'unknown') step.reason ??= state.abort.reason;
  }
  return { result: 'aborted', undo: true };
}

async function story(run: Run): Promise<Ending> {
  const { state } = run;
  const { file, snapshot, given, isDryRun, digest } = state.start;
  try {
    state.opened = await reading.openRunbook.executeWithOptions({ summary: file }, [
      { file, snapshot, given, ...(digest === undefined ? {} : { digest }) },
    ]);
  } catch (error) {
    if (isCancellation(error)) throw error;
    state.preflight.push({ id: 'runbook', title: 'The runbook can be read', verdict: 'fail', detail: describeFailure(error) });
    return { result: 'aborted', undo: false };
  }
  state.steps = opened(run).runbook.steps.map(pendingStep);
  run.publish();
  if (!(await preflight(run))) return { result: isDryRun ? 'dry-run' : 'aborted', undo: false };
  if (isDryRun) return plan(run);
  const ending = await steps(run);
  return ending ?? verification(run);
}

/** Makes every check, so that whoever repairs the service sees everything that is wrong. */
async function preflight(run: Run): Promise<boolean> {
  const { state } = run;
  const { runbook } = opened(run);
  if (runbook.lock !== null && !state.start.isDryRun && (await takeLock(runbook.lock, state.start.runId)) === null) {
    const detail = `another run holds the lock ${runbook.lock}; the workflow ${lockWorkflowId(runbook.lock)} says which`;
    state.preflight.push({ id: 'lock', title: 'No other run is under way', verdict: 'fail', detail });
    return false;
  }
  for (const step of runbook.preflight) {
    state.preflight.push(await lookAt(run, 'preflight', step));
    run.publish();
  }
  return state.preflight.every(({ verdict }) => verdict !== 'fail');
}

async function plan(run: Run): Promise<Ending> {
  const { runbook } = opened(run);
  for (const [index, step] of runbook.steps.entries()) {
    const stepRun = run.state.steps[index];
    if (stepRun !== undefined) await planStep(run, step, stepRun);
  }
  return { result: 'dry-run', undo: false };
}

/** Null: all steps were done. */
async function steps(run: Run): Promise<Ending | null> {
  const { runbook } = opened(run);
  let jumpTo: string | null = null;
  for (const [index, step] of runbook.steps.entries()) {
    const stepRun = run.state.steps[index];
    if (stepRun === undefined) continue;
    if (jumpTo !== null && jumpTo !== step.id) {
      stepRun.state = 'skipped';
      stepRun.reason = `passed over on the way to ${jumpTo}`;
      continue;
    }
    jumpTo = null;
    const ending = await runStep(run, step, stepRun);
    if (ending.kind === 'stopped') return { result: 'aborted', undo: true };
    if (ending.kind !== 'failed' || step.onFailure === 'continue') continue;
    if (step.onFailure === 'rollback') return { result: 'rolled-back', undo: true };
    if (step.onFailure === 'abort') return { result: 'aborted', undo: false };
    jumpTo = step.onFailure.goto;
  }
  return null;
}

async function verification(run: Run): Promise<Ending> {
  const { state } = run;
  let undo = false;
  for (const step of opened(run).runbook.postcheck) {
    const row = await lookAt(run, 'postcheck', step);
    state.verification.push(row);
    run.publish();
    if (row.verdict === 'fail' && step.onFailure !== 'continue') undo ||= step.onFailure === 'rollback';
  }
  const hasFailed = state.verification.some(({ verdict }) => verdict === 'fail');
  // If the runbook continues after a failed step, it can do without that step: the verification decides.
  return hasFailed ? { result: undo ? 'rolled-back' : 'failed', undo } : { result: 'success', undo: false };
}

/** Nothing that stops a run prevents its rollback. */
async function finish(run: Run, { result, undo }: Ending): Promise<void> {
  const { state } = run;
  if (undo && state.opened !== null) await rollBack(run);
  const isUndone = state.rollback.some((row) => row.state === 'done');
  const hasFailedUndo = state.rollback.some((row) => row.state === 'failed');
  // If nothing could be undone, nothing was rolled back, so the run has failed.
  state.result = hasFailedUndo || (result === 'rolled-back' && !isUndone) ? 'failed' : result;
  state.endedAt = new Date(Date.now()).toISOString();
  run.publish();
  await tellIncident(run, { kind: 'ended', result: state.result, text: whyOf(state) });
  await condition(allHandlersFinished);
}

/** The first thing that went wrong, in words; null: nothing did. */
function whyOf({ abort, preflight, steps, verification, rollback, result }: RunState): string | null {
  if (result === 'success') return null;
  const check = [...preflight, ...verification].find(({ verdict }) => verdict === 'fail');
  const step = steps.find(({ state }) => state === 'failed' || state === 'unknown');
  const undo = rollback.find(({ state }) => state === 'failed');
  const words = [
    abort?.reason,
    check && `${check.title}: ${check.detail}`,
    step && `${step.id}: ${step.reason ?? step.state}`,
    undo?.detail,
  ];
  return words.find((word) => word !== undefined)?.slice(0, 300) ?? null;
}
