/** The public protocol of `executeRunbook`. Imports nothing but types and the SDK. */
import { defineQuery, defineUpdate } from '@temporalio/workflow';
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

export const answerRunUpdate = defineUpdate<Answered, [AnswerRequest]>('answerRun');
export const abortRunUpdate = defineUpdate<Answered, [AbortRequest]>('abortRun');
export const runStateQuery = defineQuery<RunState>('runState');
