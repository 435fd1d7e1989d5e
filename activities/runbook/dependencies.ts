import type { OpenedRunbook } from '../../core/command/runbook/run-state.js';
import type { ActionAnswer } from '../../core/command/runbook/judge-step.js';
import type { Action } from '../../core/command/runbook/runbook.js';
import type { Values } from '../../core/command/runbook/template.js';
import type { ActionOrder } from './contract.js';

/** How an action went, with its output redacted. */
export type ActionEnding =
  | { kind: 'ended'; answer: ActionAnswer; output: string }
  | { kind: 'not-begun'; why: string }
  | { kind: 'unclear'; why: string; output: string };

export interface RunbookDependencies {
  open(file: string, text: string, given: Record<string, string>): OpenedRunbook;
  readText(artifact: string): Promise<string>;
  keepText(name: string, text: string): Promise<string>;
  /** Runs a resolved action; ends it with its group when the signal says so. Never throws for what the action did. */
  perform(action: Action, order: Omit<ActionOrder, 'action' | 'expect'>, signal: AbortSignal): Promise<ActionEnding>;
  /** Null: this kind cannot be simulated. */
  simulate(action: Action, order: Omit<ActionOrder, 'action' | 'expect'>, signal: AbortSignal): Promise<string | null>;
  /** Where the action acts, as an approval binds it: address of a database, context of a cluster, this machine. */
  targetOf(action: Action, order: { service: string; values: Values }): string;
  approvers(by: readonly string[], service: string): Promise<string[]>;
  sha256(text: string): string;
  now(): number;
}
