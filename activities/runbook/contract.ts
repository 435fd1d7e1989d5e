/** What a run of a runbook may ask of the world. Workflows import the types only. */
import type { OpenedRunbook } from '../../core/command/runbook/run-state.js';
import type { Action, Expectation, Probe, SecretRef } from '../../core/command/runbook/runbook.js';
import type { Values } from '../../core/command/runbook/template.js';

/** One action with everything that it needs, as written: placeholders are filled in where it runs. */
export interface ActionOrder {
  runId: string;
  /** `steps.drain`, `rollback.drain`: part of the names of what is stored for it. */
  key: string;
  service: string;
  action: Action;
  expect: Expectation;
  values: Values;
  /** Names of the parameters, which are the environment of a script. */
  parameters: string[];
  env: Record<string, SecretRef>;
  timeoutMs: number;
  /** Who allowed it, for the audit log: who asked for the run, and who approved it. */
  who: string;
}

/** `unclear`: it may or may not have happened. `not-begun`: it certainly has not. */
export interface ActionReport {
  verdict: 'done' | 'failed' | 'unclear' | 'not-begun';
  detail: string;
  exit: number | null;
  /** The beginning of the redacted output, trimmed; later steps may read it. */
  output: string;
  /** The redacted output in the artifact store. */
  artifact: string | null;
  tookMs: number;
  /** Nobody reported: the worker died or fell silent. */
  isLost?: true;
}

export interface PreparedAction {
  /** As people see it and approve it. */
  command: string;
  /** What the probe read; null without a probe, or when it could not be read. */
  reading: string | null;
  isDone: boolean;
  /** Why the probe gave no answer. */
  problem: string | null;
  /** SHA-256 of command, names of the environment, target and reading. */
  digest: string;
}

export interface RunbookActivities {
  /** Parses the snapshot and the parameters. Throws UnreadableInputError, and RefusedError when it is not what `digest` was approved for. */
  openRunbook(order: { file: string; snapshot: string; given: Record<string, string>; digest?: string }): Promise<OpenedRunbook>;
  /** Resolves an action and asks its probe. Changes nothing. */
  prepareAction(order: ActionOrder & { probe: Probe | null }): Promise<PreparedAction>;
  /** Runs it once. Its answer says what happened; a thrown error means that nobody knows. */
  performAction(order: ActionOrder): Promise<ActionReport>;
  /** What would happen, as far as that is known without doing it. */
  simulateAction(order: ActionOrder): Promise<{ command: string; text: string }>;
  /** People behind roles and names of an approval. */
  resolveApprovers(order: { by: string[]; service: string; incidentId: string | null }): Promise<{ people: string[] }>;
}
