/** A runbook as it is run: parsed, defaults filled in, durations in milliseconds. A run works on a snapshot of it. Holds names of secrets, never a secret. */

export type Risk = 'low' | 'medium' | 'high';

export interface Parameter {
  type: 'string' | 'integer' | 'boolean';
  default: string | number | boolean | null;
  /** Of integers. */
  min: number | null;
  max: number | null;
  /** Of strings: must match as a whole. */
  pattern: string | null;
  description: string | null;
}

export type SecretRef = { env: string } | { file: string };

/** What a command must have done to count as done. Absent keys are not looked at; without any, exit code 0 counts. */
export interface Expectation {
  exit?: number;
  /** Pattern that must be found in the output. */
  stdout?: string;
  stderr?: string;
  /** HTTP status. */
  status?: number;
  /** Pattern that must be found in the answer's body. */
  body?: string;
  /** Comparison with the single value that a query gives: `>= 1`. */
  value?: string;
}

/** What the run does by itself, because it outlives every worker, and what only looks or asks a person. */
export type OwnAction =
  | { kind: 'wait'; forMs: number | null; until: { check: string; timeoutMs: number } | null }
  | { kind: 'manual'; text: string }
  | { kind: 'approve'; text: string }
  | { kind: 'check'; check: string; target: string | null; forMs: number | null }
  | { kind: 'load'; endpoint: string }
  | { kind: 'note'; text: string };

/** What a worker does to the world. `adapters/runbook-steps` knows the kinds and their keys; texts may hold `{{…}}`. */
export interface ActingAction {
  kind: string;
  /** False: it only looks. Without the key it may change something. */
  writes?: boolean;
  [key: string]: unknown;
}

export type Action = OwnAction | ActingAction;

const ownKinds: readonly string[] = ['wait', 'manual', 'approve', 'check', 'load', 'note'] satisfies OwnAction['kind'][];

export function isOwn(action: Action): action is OwnAction {
  return ownKinds.includes(action.kind);
}

/** Has the step happened already? Asked before every execution, and after a crash. `done` compares the trimmed output: `== 3`. */
export interface Probe {
  action: Action;
  done: string;
  timeoutMs: number;
}

export interface Verification {
  action: Action;
  expect: Expectation;
  timeoutMs: number;
}

export interface Rollback {
  action: Action;
  expect: Expectation;
  probe: Probe | null;
  timeoutMs: number;
}

export interface StepApproval {
  /** Roles or people; empty: anybody who may approve. */
  by: string[];
  count: number;
  expiresMs: number;
}

export interface Step {
  id: string;
  title: string;
  action: Action;
  expect: Expectation;
  /** Comparison; the step is skipped when it does not hold. */
  when: string | null;
  probe: Probe | null;
  verify: Verification | null;
  rollback: Rollback | null;
  /** Of `manual` and `approve` steps it is the time after which the run is aborted. */
  timeoutMs: number;
  retry: { attempts: number; everyMs: number };
  /** To run it twice does what running it once does. */
  isIdempotent: boolean;
  onFailure: 'rollback' | 'abort' | 'continue' | { goto: string };
  approval: StepApproval | null;
  /** Line of the file. */
  line: number;
}

export interface Runbook {
  name: string;
  title: string;
  /** Of the catalog, or `*`. */
  service: string;
  /** At least as high as the kinds of its steps ask for. */
  risk: Risk;
  params: Record<string, Parameter>;
  env: Record<string, SecretRef>;
  approvalTimeoutMs: number;
  /** One run at a time for this key; null: any number. */
  lock: string | null;
  preflight: Step[];
  steps: Step[];
  postcheck: Step[];
}

/** Approvals that a run needs before its first step that is not a check. */
export const approvalsByRisk: Readonly<Record<Risk, number>> = { low: 0, medium: 1, high: 2 };

/** It only looks, or only asks a person: it needs no approval and no rollback. */
export function changesNothing(action: Action): boolean {
  return isOwn(action) || action.writes === false;
}
