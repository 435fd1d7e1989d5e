/** Undoes what was done or may have been done, the last step first. A failure does not prevent the others from being undone. */
import type { RollbackRun, StepRun } from '../../core/command/runbook/run-state.js';
import type { Rollback } from '../../core/command/runbook/runbook.js';
import { describeFailure } from '../kernel/describe-failure.js';
import { carryOut } from './checks.js';
import { prepare } from './perform.js';
import type { Run } from './run.js';
import { askPeople, opened } from './run-context.js';

export async function rollBack(run: Run): Promise<void> {
  const { steps } = opened(run).runbook;
  for (const stepRun of run.state.steps.toReversed()) {
    if (!stepRun.mayHaveRun) continue;
    const rollback = steps.find(({ id }) => id === stepRun.id)?.rollback ?? null;
    const row: RollbackRun =
      rollback === null
        ? { id: stepRun.id, state: 'none', detail: 'it has no rollback: it stays as it is' }
        : await undo(run, stepRun, rollback);
    run.state.rollback.push(row);
    if (row.state !== 'none') stepRun.state = row.state === 'done' ? 'rolled-back' : 'rollback-failed';
    run.publish();
  }
}

async function undo(run: Run, stepRun: StepRun, rollback: Rollback): Promise<RollbackRun> {
  const { id } = stepRun;
  try {
    return { id, ...(await undoOnce(run, stepRun, rollback, true)) };
  } catch (error) {
    return { id, state: 'failed', detail: describeFailure(error) };
  }
}

async function undoOnce(run: Run, stepRun: StepRun, rollback: Rollback, mayAsk: boolean): Promise<Omit<RollbackRun, 'id'>> {
  const key = `rollback.${stepRun.id}`;
  const { probe } = rollback;
  const before = await prepare(run, key, rollback, probe);
  if (before.isDone) return { state: 'done', detail: `nothing to undo: the probe reads ${before.reading ?? ''}` };
  const report = await carryOut(run, key, rollback);
  if (report.verdict === 'done') return { state: 'done', detail: before.command };
  if (report.verdict !== 'unclear') return { state: 'failed', detail: `${before.command}: ${report.detail}` };
  if (probe !== null) {
    const after = await prepare(run, key, rollback, probe);
    if (after.isDone) return { state: 'done', detail: `${report.detail}; the probe reads ${after.reading ?? ''}: it is undone` };
    if (after.problem === null && mayAsk) return undoOnce(run, stepRun, rollback, false);
  }
  return mayAsk ? askAboutUndo(run, stepRun, rollback, report.detail) : { state: 'failed', detail: report.detail };
}

async function askAboutUndo(run: Run, stepRun: StepRun, rollback: Rollback, detail: string): Promise<Omit<RollbackRun, 'id'>> {
  const text = `Rollback of ${stepRun.id}: ${detail}. Is it undone?`;
  const question = { kind: 'rollback-unknown', step: stepRun.id, text, digest: null, needed: 1, by: [], isForOthers: false } as const;
  const said = await askPeople(
    run,
    { ...question, by: [], allows: ['retry', 'count-as-done', 'skip'] },
    opened(run).runbook.approvalTimeoutMs,
  );
  if (said.kind === 'answered' && said.answer === 'count-as-done') return { state: 'done', detail: `counted as undone by ${said.person}` };
  if (said.kind === 'answered' && said.answer === 'retry') return undoOnce(run, stepRun, rollback, false);
  return { state: 'failed', detail: `${detail}; a person must look at it` };
}
