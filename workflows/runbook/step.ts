/** One step from `pending` to its end. */
import { CancellationScope, sleep } from '@temporalio/workflow';
import type { ActionReport, PreparedAction } from '../../activities/runbook/contract.js';
import { holds } from '../../core/command/runbook/condition.js';
import { valuesOf, type StepRun } from '../../core/command/runbook/run-state.js';
import { changesNothing, type Step } from '../../core/command/runbook/runbook.js';
import { describeFailure } from '../kernel/describe-failure.js';
import { carryOut } from './checks.js';
import { askForStep, askToGoOn, passRiskGate, passStepGate, type Refusal } from './gates.js';
import { prepare } from './perform.js';
import type { Run } from './run.js';
import { askPeople, opened } from './run-context.js';

/** `stopped`: a person or the clock ended the run here. */
export type StepEnding = { kind: 'done' | 'skipped' | 'failed' } | { kind: 'stopped'; reason: string; person: string | null };

/** A worker may die during a step that may be repeated. Three times during the same one is no coincidence. */
const mostLostTries = 3;

export async function runStep(run: Run, step: Step, stepRun: StepRun): Promise<StepEnding> {
  const ending = await tryStep(run, step, stepRun);
  run.state.outputs[`steps.${step.id}.state`] = stepRun.state;
  run.publish();
  return ending;
}

async function tryStep(run: Run, step: Step, stepRun: StepRun): Promise<StepEnding> {
  try {
    if (step.when !== null && !holds(step.when, valuesOf(run.state))) return skip(stepRun, `not needed: ${step.when} does not hold`);
    const look = (): Promise<PreparedAction> => prepare(run, `steps.${step.id}`, step, step.probe);
    const prepared = await look();
    stepRun.command = prepared.command;
    const refusal = await passGates(run, step, stepRun, look);
    if (refusal !== null) return refuse(stepRun, refusal);
    return await attempts(run, step, stepRun);
  } catch (error) {
    if (CancellationScope.current().consideredCancelled) throw error;
    return fail(stepRun, describeFailure(error));
  }
}

function skip(stepRun: StepRun, reason: string): StepEnding {
  stepRun.state = 'skipped';
  stepRun.reason = reason;
  return { kind: 'skipped' };
}

function fail(stepRun: StepRun, reason: string): StepEnding {
  stepRun.state = 'failed';
  stepRun.reason = reason;
  return { kind: 'failed' };
}

function refuse(stepRun: StepRun, { kind, reason, person }: Refusal): StepEnding {
  if (kind === 'skipped') return skip(stepRun, reason);
  stepRun.state = 'failed';
  stepRun.reason = reason;
  return { kind: 'stopped', reason, person };
}

async function passGates(run: Run, step: Step, stepRun: StepRun, look: () => Promise<PreparedAction>): Promise<Refusal | null> {
  stepRun.state = 'waiting';
  if (run.state.start.isGuided) {
    const refusal = await askToGoOn(run, step, stepRun);
    if (refusal !== null) return refusal;
  }
  if (!changesNothing(step.action)) {
    const passage = await passRiskGate(run, look);
    if (passage !== null && passage.kind !== 'passed') return passage;
    if (passage !== null) stepRun.approvals.push(...passage.approvals);
  }
  if (step.action.kind === 'manual' || step.action.kind === 'approve') return askForStep(run, step, stepRun);
  const passage = await passStepGate(run, step, look);
  if (passage !== null && passage.kind !== 'passed') return passage;
  if (passage !== null) stepRun.approvals.push(...passage.approvals);
  return null;
}

/** What is known after one try. */
type Tried = { kind: 'done' } | { kind: 'again'; why: string } | { kind: 'failed'; why: string } | StepEnding;

async function attempts(run: Run, step: Step, stepRun: StepRun): Promise<StepEnding> {
  if (step.action.kind === 'manual' || step.action.kind === 'approve') return complete(stepRun);
  let lost = 0;
  let tries = 0;
  for (;;) {
    const tried = await once(run, step, stepRun);
    if (tried.kind === 'done') return verified(run, step, stepRun);
    if (tried.kind === 'again') {
      lost += 1;
      if (lost < mostLostTries) continue;
      return fail(stepRun, `${tried.why}; that was ${lost} times`);
    }
    if (!('why' in tried)) return tried;
    tries += 1;
    const mayRepeat = step.probe !== null || step.isIdempotent || changesNothing(step.action);
    if (!mayRepeat || tries >= step.retry.attempts) return fail(stepRun, tried.why);
    await sleep(step.retry.everyMs, { summary: `${step.id}: next try` });
  }
}

async function once(run: Run, step: Step, stepRun: StepRun): Promise<Tried> {
  const key = `steps.${step.id}`;
  if (step.probe !== null) {
    const before = await prepare(run, key, step, step.probe);
    if (before.isDone) return alreadyDone(stepRun, before);
    if (before.problem !== null) return { kind: 'failed', why: `its probe gave no answer, so it was not started: ${before.problem}` };
  }
  // Set before it starts: from here on nobody can say that it has not happened, so a rollback must undo it.
  stepRun.mayHaveRun = !changesNothing(step.action);
  stepRun.state = 'running';
  stepRun.attempts += 1;
  run.publish();
  const report = await carryOut(run, key, step);
  keep(run, step, stepRun, report);
  if (report.verdict === 'done') return { kind: 'done' };
  if (report.verdict === 'unclear') return clarify(run, step, stepRun, report);
  stepRun.mayHaveRun = false;
  return { kind: 'failed', why: report.detail };
}

function alreadyDone(stepRun: StepRun, { reading }: PreparedAction): Tried {
  stepRun.reason = `nothing to do: the probe reads ${reading ?? ''}`;
  // If an earlier, lost try of ours did it, we have to undo it. If it was done before we came, we must not.
  stepRun.mayHaveRun = stepRun.attempts > 0;
  return { kind: 'done' };
}

function keep(run: Run, step: Step, stepRun: StepRun, report: ActionReport): void {
  stepRun.tookMs = (stepRun.tookMs ?? 0) + report.tookMs;
  stepRun.output = report.artifact ?? stepRun.output;
  stepRun.reason = report.detail === '' ? null : report.detail;
  run.state.outputs[`steps.${step.id}.output`] = report.output;
  if (report.exit !== null) run.state.outputs[`steps.${step.id}.exit`] = String(report.exit);
}

/** A step that may have happened: its probe decides, then whether it may be repeated, otherwise a person. */
async function clarify(run: Run, step: Step, stepRun: StepRun, { detail, isLost }: ActionReport): Promise<Tried> {
  stepRun.state = 'unknown';
  stepRun.reason = detail;
  run.publish();
  // What only looks was lost with its worker, and looks again.
  if (changesNothing(step.action)) return { kind: isLost === true ? 'again' : 'failed', why: detail };
  if (step.probe !== null) {
    const after = await prepare(run, `steps.${step.id}`, step, step.probe);
    if (after.isDone) {
      stepRun.reason = `${detail}; the probe reads ${after.reading ?? ''}: it has happened`;
      return { kind: 'done' };
    }
    if (after.problem === null) {
      stepRun.mayHaveRun = false;
      const why = `${detail}; the probe reads ${after.reading ?? ''}: it has not happened`;
      return detail.includes('timed out') ? { kind: 'failed', why } : { kind: 'again', why };
    }
  } else if (step.isIdempotent) {
    return detail.includes('timed out') ? { kind: 'failed', why: detail } : { kind: 'again', why: detail };
  }
  return askWhatHappened(run, step, stepRun, detail);
}

async function askWhatHappened(run: Run, step: Step, stepRun: StepRun, detail: string): Promise<Tried> {
  const text = `${step.title}: ${stepRun.command} — ${detail}. Has it happened?`;
  const question = { kind: 'unknown', step: step.id, text, digest: null, needed: 1, by: [], isForOthers: false } as const;
  const said = await askPeople(
    run,
    { ...question, by: [], allows: ['retry', 'count-as-done', 'skip', 'reject'] },
    opened(run).runbook.approvalTimeoutMs,
  );
  if (said.kind === 'expired') return { kind: 'stopped', reason: `nobody said what became of ${step.id}`, person: null };
  if (said.kind === 'approved') return { kind: 'done' };
  stepRun.reason = `${detail}; ${said.answer} by ${said.person}`;
  if (said.answer === 'count-as-done') return { kind: 'done' };
  if (said.answer === 'retry') return { kind: 'again', why: detail };
  if (said.answer === 'skip') return skip(stepRun, stepRun.reason);
  return { kind: 'stopped', reason: stepRun.reason, person: said.person };
}

function complete(stepRun: StepRun): StepEnding {
  stepRun.state = 'completed';
  return { kind: 'done' };
}

/** A verification changes nothing, so it may be repeated until its time is over. */
async function verified(run: Run, step: Step, stepRun: StepRun): Promise<StepEnding> {
  if (step.verify === null) return complete(stepRun);
  const { action, expect, timeoutMs } = step.verify;
  const until = Date.now() + timeoutMs;
  for (;;) {
    const report = await carryOut(run, `steps.${step.id}.verify`, { action, expect, timeoutMs: Math.max(1_000, until - Date.now()) });
    if (report.verdict === 'done') return complete(stepRun);
    if (Date.now() >= until) return fail(stepRun, `it ran, but its verification failed: ${report.detail}`);
    await sleep(Math.max(200, Math.min(2_000, until - Date.now())));
  }
}
