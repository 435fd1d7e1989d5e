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

export interface HttpRequest {
  method: string;
  url: string;
  headers: Record<string, string | SecretRef>;
  body: string | null;
}

/** What a step does to the world, or asks of it. Texts may hold `{{…}}`; parameters enter an argv as whole items, a script as environment. */
export type Action =
  | { kind: 'command'; run: string[] }
  | { kind: 'shell'; script: string }
  | { kind: 'kubectl'; run: string[] }
  | { kind: 'http'; request: HttpRequest }
  | { kind: 'sql'; database: string; sql: string; writes: boolean }
  | { kind: 'redis'; database: string; run: string[] }
  | { kind: 'wait'; forMs: number | null; until: { check: string; timeoutMs: number } | null }
  | { kind: 'manual'; text: string }
  | { kind: 'approve'; text: string }
  | { kind: 'check'; check: string; target: string | null; forMs: number | null }
  | { kind: 'load'; endpoint: string }
  | { kind: 'note'; text: string };
export type StepKind = Action['kind'];

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

/** Kinds that only look, or only ask a person; they need no approval and no rollback. */
const harmlessKinds: readonly StepKind[] = ['check', 'wait', 'manual', 'approve', 'load', 'note'];

/** A statement that does not write is a look, too. */
export function changesNothing(action: Action): boolean {
  return harmlessKinds.includes(action.kind) || (action.kind === 'sql' && !action.writes);
}
