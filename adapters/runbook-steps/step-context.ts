/** What a step gets, and how it ends. */
import type { ActionAnswer } from '../../core/command/runbook/judge-step.js';
import type { SecretRef } from '../../core/command/runbook/runbook.js';
import type { Values } from '../../core/command/runbook/template.js';

export interface StepContext {
  /** Variables that the runbook names, secrets read, and PATH: the whole environment of a program. */
  environment: Record<string, string>;
  /** Every secret that the step may see. What is read later is added before it is used. */
  secrets: string[];
  /** Working directory of programs. */
  directory: string;
  service: string;
  values: Values;
  parameters: readonly string[];
  timeoutMs: number;
  signal: AbortSignal;
  access: StepAccess;
}

export interface CheckAnswer {
  isGood: boolean;
  detail: string;
}

/** What steps need of the catalog. */
export interface StepAccess {
  /** What writes goes over `remedyConnection` where the catalog names one. Throws UnreadableInputError when the catalog does not name the database. */
  database: (name: string, service: string, does: 'read' | 'write') => { kind: string; url: string; mayBeSuperuser: boolean };
  secret: (reference: SecretRef, purpose: string) => string;
  check: (id: string, target: string, signal: AbortSignal) => Promise<CheckAnswer>;
}

/** `not-begun`: certainly nothing happened. `unclear`: it was begun, and nobody knows its end. */
export type StepEnding =
  { kind: 'ended'; answer: ActionAnswer } | { kind: 'not-begun'; why: string } | { kind: 'unclear'; why: string; stdout: string };

export const noAnswer: ActionAnswer = { exit: null, stdout: '', stderr: '', status: null, body: null, value: null };
