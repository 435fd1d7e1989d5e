/** The document of `runbook … --json`. */
import type { WordsOf } from './action-words.js';
import type { Approval, CheckRun, RollbackRun, RunResult, RunState, RunWait, StepState } from './run-state.js';

export interface RunDocument {
  runId: string;
  runbook: string;
  hash: string;
  target: string;
  executor: string;
  startedAt: string;
  endedAt: string | null;
  preflight: CheckRun[];
  steps: {
    id: string;
    n: number;
    title: string;
    kind: string;
    state: StepState;
    command: string;
    output: string;
    tookMs: number | null;
    attempts: number;
    reason: string | null;
    approvals: Approval[];
  }[];
  rollback: RollbackRun[];
  verification: { id: string; verdict: CheckRun['verdict']; detail: string }[];
  counts: { total: number; completed: number; skipped: number; failed: number };
  /** `waiting`: it has not ended; `waitsFor` says for whom, null: it works. */
  result: RunResult | 'waiting';
  waitsFor: Omit<RunWait, 'answer'> | null;
  /** Only of a run whose workflow was ended from outside: how, and when. What was applied by then was not undone. */
  lost?: { how: string; at: string };
}

/** A run that was ended from outside has failed, and waits for nobody. */
export function lostRun(run: RunDocument, lost: NonNullable<RunDocument['lost']>): RunDocument {
  return run.result === 'waiting' ? { ...run, endedAt: lost.at, result: 'failed', waitsFor: null, lost } : run;
}

/** Artifact paths of all texts that the document shows. */
export function outputsOf(state: RunState): string[] {
  return state.steps.flatMap(({ output }) => (output === null ? [] : [output]));
}

function waitOf({ wait }: RunState): RunDocument['waitsFor'] {
  if (wait === null || wait.answer !== null) return null;
  const { answer: _, ...shown } = wait;
  return shown;
}

export function runDocument(state: RunState, wordsOf: WordsOf, read: (artifact: string) => string): RunDocument {
  const { start, opened } = state;
  const count = (...states: StepState[]): number => state.steps.filter((step) => states.includes(step.state)).length;
  const steps = state.steps.map((run, index) => {
    const step = opened?.runbook.steps[index];
    const { id, state: now, tookMs, attempts, reason, approvals } = run;
    const kind = step?.action.kind ?? 'note';
    const command = run.command === '' && step !== undefined ? wordsOf(kind).describeUnfilled(step.action) : run.command;
    const output = run.output === null ? '' : read(run.output);
    return { id, n: index + 1, title: step?.title ?? id, kind, state: now, command, output, tookMs, attempts, reason, approvals };
  });
  const service = opened?.runbook.service ?? '';
  return {
    runId: start.runId,
    runbook: opened?.runbook.name ?? start.file,
    hash: opened?.hash ?? '',
    target: service === '*' ? String(opened?.values['service'] ?? '*') : service,
    executor: start.by.person,
    startedAt: state.startedAt,
    endedAt: state.endedAt,
    preflight: state.preflight,
    steps,
    rollback: state.rollback,
    verification: state.verification.map(({ id, verdict, detail }) => ({ id, verdict, detail })),
    counts: {
      total: steps.length,
      completed: count('completed'),
      skipped: count('skipped'),
      failed: count('failed', 'unknown', 'rollback-failed'),
    },
    result: state.result ?? 'waiting',
    waitsFor: waitOf(state),
  };
}
