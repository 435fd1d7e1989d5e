import type { OpenedRunbook } from '../../core/command/runbook/run-state.js';
import type { ActionAnswer } from '../../core/command/runbook/judge-step.js';
import type { Action } from '../../core/command/runbook/runbook.js';
import type { Values } from '../../core/command/runbook/template.js';
import type { AuditedAct } from '../../core/model/audit.js';
import type { ActionOrder } from './contract.js';

/** How an action went, with its output redacted. */
export type ActionEnding =
  | { kind: 'ended'; answer: ActionAnswer; output: string }
  | { kind: 'not-begun'; why: string }
  | { kind: 'unclear'; why: string; output: string };

export interface RunbookDependencies {
  /** `approved`: digest of what was approved before the run; null: nothing was. Throws RefusedError when something else would run now. */
  open(file: string, text: string, given: Record<string, string>, approved: string | null): OpenedRunbook;
  readText(artifact: string): Promise<string>;
  keepText(name: string, text: string): Promise<string>;
  /** Puts the values in. Throws TemplateError when one is missing, UnreadableInputError for an unknown kind. */
  fill(action: Action, values: Values): Action;
  /** A filled action as people see and approve it. */
  describe(action: Action, values: Values): string;
  /** Does it receive the parameters besides its text? */
  takesParameters(action: Action): boolean;
  /** Runs a filled action, and ends it with its process group when the signal says so. Never throws for what the action did. */
  perform(action: Action, order: Omit<ActionOrder, 'action' | 'expect'>, signal: AbortSignal): Promise<ActionEnding>;
  /** Null: this kind cannot be simulated. */
  simulate(action: Action, order: Omit<ActionOrder, 'action' | 'expect'>, signal: AbortSignal): Promise<string | null>;
  /** Where the action acts, as an approval binds it: address of a database, context of a cluster, this machine. */
  targetOf(action: Action, order: { service: string; values: Values }): string;
  /** People behind keys and roles; of the incident, where the run belongs to one. */
  approvers(order: { by: readonly string[]; service: string; incidentId: string | null }): Promise<string[]>;
  /** Writes that an act begins, does it, and writes how it ended. If the first line cannot be written, nothing is done. */
  audited<T>(act: AuditedAct, work: () => Promise<T>, tell: (result: T) => string): Promise<T>;
  sha256(text: string): string;
  now(): number;
}
