/** The public protocol of `executeRunbook`. Imports nothing but types and the SDK. */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Actor } from '../../core/command/incident/record-event.js';
import type { AnswerRequest } from '../../core/command/runbook/run-answers.js';
import type { RunState } from '../../core/command/runbook/run-state.js';

export interface AbortRequest {
  by: Actor;
}

/** How many approvals there are now, and how many are needed. */
export interface Answered {
  given: number;
  needed: number;
}

/** What a run reports to its incident. */
export interface RunReport {
  runId: string;
  /** It waits for a person, or it has ended. */
  kind: 'waits' | 'ended';
  /** Of an ended run. */
  result: string | null;
  text: string | null;
}

/** Is the run still there? An incident whose history began after the run asks this; there is nothing to answer. */
export const stillThereSignal = defineSignal('stillThere');
export const runReportSignal = defineSignal<[RunReport]>('runReport');
export const answerRunUpdate = defineUpdate<Answered, [AnswerRequest]>('answerRun');
export const abortRunUpdate = defineUpdate<Answered, [AbortRequest]>('abortRun');
export const runStateQuery = defineQuery<RunState>('runState');
