/** What a run of a runbook knows: pure data, changed by the workflow alone, shown as the document of `runbook … --json`. */
import type { Actor } from '../incident/record-event.js';
import type { Risk, Runbook, Step } from './runbook.js';
import type { Values } from './template.js';

export interface RunStart {
  runId: string;
  /** Name of the file, which says how it is read. */
  file: string;
  /** The file's text in the artifact store, as it was when the run began. */
  snapshot: string;
  /** `--set k=v`, as texts. */
  given: Record<string, string>;
  isDryRun: boolean;
  /** Every step pauses. */
  isGuided: boolean;
  /** `--yes`: whoever started it approves what one person of their standing may. */
  approvesItself: boolean;
  by: Actor;
  incidentId: string | null;
  /** Digest of what was approved before the run began; it runs that or nothing. */
  digest?: string;
  /** Approvals of the whole run that were given before it began. */
  approvals?: { person: string; proof: Actor['proof']; at: string }[];
}

/** What the snapshot turned out to be. */
export interface OpenedRunbook {
  runbook: Runbook;
  values: Record<string, string | number | boolean>;
  /** SHA-256 of the snapshot. */
  hash: string;
  risk: Risk;
  /** Who may approve, by the catalog; absent in runs of before it was told. */
  approval?: 'any' | 'other-than-requester';
}

export type StepState =
  'pending' | 'running' | 'waiting' | 'completed' | 'skipped' | 'failed' | 'unknown' | 'rolled-back' | 'rollback-failed' | 'planned';

export interface Approval {
  person: string;
  proof: Actor['proof'];
  at: string;
  /** What was approved, as SHA-256. */
  digest: string;
}

export interface StepRun {
  id: string;
  state: StepState;
  /** As it is run, parameters filled in. */
  command: string;
  /** Redacted output in the artifact store. */
  output: string | null;
  tookMs: number | null;
  attempts: number;
  reason: string | null;
  approvals: Approval[];
  /** It was started, or may have been: a rollback must undo it. Set before the step is started. */
  mayHaveRun: boolean;
}

export interface CheckRun {
  id: string;
  title: string;
  verdict: 'pass' | 'fail' | 'skip';
  detail: string;
}

export interface RollbackRun {
  id: string;
  state: 'done' | 'failed' | 'none';
  detail: string;
}

export const answers = ['approve', 'reject', 'skip', 'retry', 'count-as-done'] as const;
export type Answer = (typeof answers)[number];

/** What the run waits for a person for. */
export interface RunWait {
  kind: 'risk-approval' | 'step-approval' | 'guided' | 'manual' | 'approve' | 'unknown' | 'rollback-unknown';
  /** Null: the whole run. */
  step: string | null;
  text: string;
  /** What exactly is approved; null where nothing is bound. */
  digest: string | null;
  needed: number;
  approvals: Approval[];
  /** Who may answer; empty: anybody. */
  by: string[];
  /** Whoever started the run may not answer. */
  isForOthers: boolean;
  allows: Answer[];
  since: string;
  expiresAt: string;
  /** Once somebody has decided otherwise than by approving. */
  answer: { answer: Answer; person: string } | null;
}

export type RunResult = 'success' | 'failed' | 'rolled-back' | 'aborted' | 'dry-run';

export interface RunState {
  start: RunStart;
  opened: OpenedRunbook | null;
  startedAt: string;
  endedAt: string | null;
  preflight: CheckRun[];
  steps: StepRun[];
  rollback: RollbackRun[];
  verification: CheckRun[];
  /** Outputs of steps and checks: `preflight.ready.verdict`, `steps.drain.exit`. Redacted. */
  outputs: Record<string, string>;
  wait: RunWait | null;
  /** The last thing that was decided, for whoever comes late. */
  lastDecision: { text: string; person: string; at: string } | null;
  /** Approvals of the whole run were given. */
  isApproved: boolean;
  abort: { person: string; reason: string } | null;
  result: RunResult | null;
}

export function createRunState(start: RunStart, nowMs: number): RunState {
  return {
    start,
    opened: null,
    startedAt: new Date(nowMs).toISOString(),
    endedAt: null,
    preflight: [],
    steps: [],
    rollback: [],
    verification: [],
    outputs: {},
    wait: null,
    lastDecision: null,
    isApproved: false,
    abort: null,
    result: null,
  };
}

export function pendingStep(step: Step): StepRun {
  return {
    id: step.id,
    state: 'pending',
    command: '',
    output: null,
    tookMs: null,
    attempts: 0,
    reason: null,
    approvals: [],
    mayHaveRun: false,
  };
}

/** Parameters and everything that came out so far. */
export function valuesOf(state: RunState): Values {
  return { ...state.opened?.values, ...state.outputs };
}
