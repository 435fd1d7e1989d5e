/** Guards of what reaches a run from outside. */
import { proofs, type Actor } from '../../core/command/incident/record-event.js';
import { answers } from '../../core/command/runbook/run-state.js';
import {
  entries,
  filledText,
  flag,
  list,
  moment,
  nullable,
  object,
  oneOf,
  optional,
  text,
  wholeText,
  type Reader,
} from '../../core/decisions/read-message.js';

const actor: Reader<Actor> = object({ person: filledText(200, 'a name'), proof: oneOf(proofs) });
/** No runbook has more parameters. */
const mostParameters = 100;

export const readRunStart = object({
  runId: wholeText(100),
  file: wholeText(300),
  snapshot: wholeText(500),
  given: entries(text(10_000), mostParameters),
  isDryRun: flag,
  isGuided: flag,
  approvesItself: flag,
  by: actor,
  incidentId: nullable(wholeText(100)),
  digest: optional(wholeText(100)),
  approvals: optional(list(object({ person: filledText(200, 'a name'), proof: oneOf(proofs), at: moment }), 10)),
});
export const readAnswer = object({
  answer: oneOf(answers),
  step: optional(wholeText(100)),
  digest: optional(wholeText(100)),
  by: actor,
});
export const readAbort = object({ by: actor });
