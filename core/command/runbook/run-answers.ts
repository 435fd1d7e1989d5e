/** What people may say to a run, and what it does. A late or stale answer is refused with who decided what. */
import { isSamePerson } from '../../model/same-person.js';
import type { Actor } from '../incident/record-event.js';
import type { Answer, RunState, RunWait } from './run-state.js';

export interface AnswerRequest {
  answer: Answer;
  step?: string;
  /** Of what whoever answers has seen; one that is no longer true is refused. */
  digest?: string;
  by: Actor;
}

function waitsText(wait: RunWait): string {
  return `${wait.kind}${wait.step === null ? '' : ` of step ${wait.step}`}`;
}

function nothingWaits({ runId }: RunState['start'], state: RunState): string {
  const { lastDecision, result } = state;
  const decided = lastDecision === null ? '' : `; last decided: ${lastDecision.text} by ${lastDecision.person} at ${lastDecision.at}`;
  return `stale: ${runId} waits for nobody${result === null ? '' : ` and has ended (${result})`}${decided}`;
}

/** Why an answer is not taken; null: it is. */
export function refuseAnswer(state: RunState, { answer, step, digest, by }: AnswerRequest): string | null {
  const { wait } = state;
  if (wait === null || wait.answer !== null) return nothingWaits(state.start, state);
  if (step !== undefined && step !== wait.step) return `stale: expected an answer to ${waitsText(wait)}, got one to step ${step}`;
  if (step === undefined && (wait.kind === 'manual' || wait.kind === 'approve'))
    return `expected --step ${wait.step ?? ''}: a step for a person is answered by its name, got no step`;
  if (!wait.allows.includes(answer)) return `${waitsText(wait)}: expected one of ${wait.allows.join(', ')}, got ${answer}`;
  if (digest !== undefined && wait.digest !== null && digest !== wait.digest)
    return `stale: what was to be approved has changed (it is now ${wait.digest.slice(0, 12)}, you saw ${digest.slice(0, 12)}); look again`;
  if (wait.by.length > 0 && !wait.by.includes(by.person)) return `expected one of ${wait.by.join(', ')}, got ${by.person}`;
  if (answer !== 'approve') return null;
  if (wait.isForOthers && isSamePerson(by.person, state.start.by.person))
    return state.opened?.risk === 'high'
      ? `${by.person} asked for this run, which is of high risk: two other people approve it`
      : `${by.person} asked for this run: the catalog wants the approval of somebody else (approval: other-than-requester)`;
  if (wait.approvals.some(({ person }) => isSamePerson(person, by.person)))
    return `${by.person} has approved already; another person is needed (${wait.approvals.length} of ${wait.needed})`;
  return null;
}

/** Takes an answer that was not refused. The loops of the run see it. */
export function takeAnswer(state: RunState, { answer, by }: AnswerRequest, nowMs: number): { given: number; needed: number } {
  const { wait } = state;
  if (wait === null) return { given: 0, needed: 0 };
  const at = new Date(nowMs).toISOString();
  if (answer === 'approve') wait.approvals.push({ person: by.person, proof: by.proof, at, digest: wait.digest ?? '' });
  else wait.answer = { answer, person: by.person };
  state.lastDecision = { text: `${answer} ${waitsText(wait)}`, person: by.person, at };
  return { given: wait.approvals.length, needed: wait.needed };
}

export function refuseAbort(state: RunState): string | null {
  if (state.result !== null) return nothingWaits(state.start, state);
  return state.abort === null ? null : `stale: ${state.abort.person} has aborted it already`;
}
