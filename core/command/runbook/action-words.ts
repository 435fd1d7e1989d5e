/** What a kind of step says of its actions without doing anything: read by whoever checks, fills in, shows or approves one. */
import type { Action, Risk } from './runbook.js';
import type { Values } from './template.js';

export interface ActionProblem {
  /** Key of the action; null: the whole of it. */
  key: string | null;
  expected: string;
  came: string;
  fix: string;
}

export interface ActionWords {
  /** The least that a runbook with such a step has. */
  risk: Risk;
  /** It may stand in preflight and postcheck, although only its author knows that it changes nothing. */
  mayLook: boolean;
  /** Texts in which values may be put. */
  texts: (action: Action) => string[];
  /** What its keys must have to do with each other. */
  problems: (action: Action) => ActionProblem[];
  /** With the values put in. Throws TemplateError when one is not there. */
  fill: (action: Action, values: Values) => Action;
  /** The filled action as one text: what is shown, and what an approval binds. Names of secrets, never a secret. */
  describe: (action: Action, values: Values) => string;
  /** A step that was not reached, as it is written. */
  describeUnfilled: (action: Action) => string;
}

/** Throws UnreadableInputError for a kind that nobody knows. */
export type WordsOf = (kind: string) => ActionWords;
