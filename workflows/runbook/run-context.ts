/** What the parts of a run share, and how they wait for a person. */
import { condition } from '@temporalio/workflow';
import type { ActionOrder } from '../../activities/runbook/contract.js';
import type { Answer, Approval, OpenedRunbook, RunWait } from '../../core/command/runbook/run-state.js';
import { valuesOf } from '../../core/command/runbook/run-state.js';
import type { Action, Expectation } from '../../core/command/runbook/runbook.js';
import type { Run } from './run.js';
import { tellIncident } from './tell-incident.js';

/** The runbook is read first; nothing of a run happens earlier. */
export function opened({ state }: Run): OpenedRunbook {
  if (state.opened === null) throw new Error('the runbook of the run has not been read');
  return state.opened;
}

export interface ActionPart {
  action: Action;
  expect?: Expectation;
  timeoutMs: number;
}

export function orderOf(run: Run, key: string, { action, expect = {}, timeoutMs }: ActionPart): ActionOrder {
  const { runbook } = opened(run);
  const { service, env, params } = runbook;
  return {
    ...{ runId: run.state.start.runId, key, service, action, expect, env, timeoutMs },
    values: valuesOf(run.state),
    parameters: Object.keys(params),
    who: whoLets(run),
  };
}

/** Who asked for the run, and everybody who has approved so far. */
function whoLets({ state }: Run): string {
  const { start, steps } = state;
  const approvals = [...(start.approvals ?? []), ...steps.flatMap((step) => step.approvals)];
  const approved = [...new Set(approvals.map(({ person, proof }) => `${person} (${proof})`))];
  const asked = `${start.by.person} (${start.by.proof})`;
  return approved.length === 0 ? asked : `${asked}, approved by ${approved.join(', ')}`;
}

export type Said =
  | { kind: 'approved'; approvals: Approval[] }
  | { kind: 'answered'; answer: Exclude<Answer, 'approve'>; person: string }
  | { kind: 'expired' };

type Question = Pick<RunWait, 'kind' | 'step' | 'text' | 'digest' | 'needed' | 'by' | 'isForOthers' | 'allows'>;

/** Waits until enough people approved, one of them decided otherwise, or the time is over. */
export async function askPeople(run: Run, question: Question, forMs: number, given: readonly Approval[] = []): Promise<Said> {
  const { state } = run;
  const now = Date.now();
  const expiresAt = new Date(now + forMs).toISOString();
  const wait: RunWait = { ...question, approvals: [...given], since: new Date(now).toISOString(), expiresAt, answer: null };
  state.wait = wait;
  run.publish();
  try {
    if (wait.approvals.length < wait.needed) void tellIncident(run, { kind: 'waits', result: null, text: wait.text.slice(0, 200) });
    const isDecided = (): boolean => wait.answer !== null || wait.approvals.length >= wait.needed;
    const summary = `${question.kind}${question.step === null ? '' : ` of ${question.step}`}: waits until ${expiresAt}`;
    if (!(await condition(isDecided, forMs, { summary }))) return { kind: 'expired' };
    const { answer } = wait as { answer: RunWait['answer'] };
    if (answer === null) return { kind: 'approved', approvals: wait.approvals };
    return { kind: 'answered', answer: answer.answer as Exclude<Answer, 'approve'>, person: answer.person };
  } finally {
    state.wait = null;
    run.publish();
  }
}
