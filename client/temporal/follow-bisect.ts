/** Starts a bisect and follows it to its answer. */
import { setTimeout as delay } from 'node:timers/promises';
import { WorkflowFailedError, type Client, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure, WorkflowNotFoundError } from '@temporalio/common';
import type { BisectRequest } from '../../activities/bisect-contract.js';
import { newestNumerics } from '../../core/bisect/numerics.js';
import { ProgramFailedError, RefusedError } from '../../core/model/errors.js';
import { bisectQueue } from '../../workflows/kernel/task-queues.js';
import { bisectStatusQuery, type BisectStatus } from '../../workflows/bisect/messages.js';
import type { bisectRegression, BisectResult } from '../../workflows/bisect/bisect-regression.js';
import { InterruptedError } from '../cli/exit-code.js';
import { untilSignal } from '../cli/terminal/until-signal.js';

const pollEveryMs = 1_000;
/** Number of polls without an answer after which a message says so: a worker that has just started needs a few seconds. */
const silentPolls = 8;

type BisectHandle = WorkflowHandle<typeof bisectRegression>;

export async function startBisect(client: Client, request: BisectRequest, service: string): Promise<BisectHandle> {
  const { bisectId, endpoint } = request;
  return await client.workflow.start<typeof bisectRegression>('bisectRegression', {
    workflowId: bisectId,
    taskQueue: bisectQueue,
    args: [{ request, incidentId: null, service, endpoint, numerics: newestNumerics }],
    staticSummary: `which commit made ${endpoint} slow?`,
  });
}

/** A search that somebody else started: an incident that handed off, or `--detach`. */
export function bisectOf(client: Client, bisectId: string): BisectHandle {
  return client.workflow.getHandle<typeof bisectRegression>(bisectId);
}

export interface FollowedBisect {
  answer: BisectResult;
  /** Settles when nothing of the search is left, when somebody interrupts, or after two minutes. What remains then is removed without this command. */
  cleanedUp: Promise<void>;
}

/** Stopping builds and removing worktrees takes seconds; a machine that is away would take hours. */
const cleanUpPatienceMs = 120_000;

/**
 * Follows until the answer. Ctrl-C cancels one's own search and waits until its worktrees and processes are gone (a second Ctrl-C does not wait). A search
 * of somebody else continues, and `comeBack` is the command that follows it again.
 */
export async function followBisect(
  { client, handle, isOwn, comeBack }: { client: Client; handle: BisectHandle; isOwn: boolean; comeBack: string },
  say: (line: string) => void,
): Promise<FollowedBisect> {
  const state = { isAnswered: false };
  const ended = new AbortController();
  const { signal: interrupted } = untilSignal();
  const result = handle.result().finally(() => ended.abort());
  const cancelling = new Promise<never>((_resolve, reject) => {
    interrupted.addEventListener('abort', () => {
      // A search with an answer only cleans up, which must not be stopped.
      if (state.isAnswered) return;
      if (!isOwn) {
        reject(new InterruptedError(`the search goes on; come back with: ${comeBack}`));
        return;
      }
      say(`cancelling ${handle.workflowId} and waiting for its clean-up`);
      handle.cancel().catch(reject);
    });
  });
  // Whoever waits for the commit need not wait until the worktrees are gone; a cancelled search has no answer before.
  const answered = showProgress(client, handle, say, ended.signal);
  try {
    const answer = await Promise.race([result, cancelling, answered]);
    state.isAnswered = true;
    return { answer, cleanedUp: untilCleanedUp(result, answer, interrupted, say) };
  } catch (error) {
    if (interrupted.aborted && isCancelled(error))
      throw new InterruptedError(`bisect ${handle.workflowId} was cancelled; its worktrees and processes are gone`);
    throw error instanceof InterruptedError ? error : explain(error, handle.workflowId);
  } finally {
    ended.abort();
  }
}

async function untilCleanedUp(
  result: Promise<BisectResult>,
  answer: BisectResult,
  interrupted: AbortSignal,
  say: (line: string) => void,
): Promise<void> {
  const signal = AbortSignal.any([interrupted, AbortSignal.timeout(cleanUpPatienceMs)]);
  const given = new Promise<null>((resolve) => {
    if (signal.aborted) resolve(null);
    signal.addEventListener('abort', () => resolve(null), { once: true });
  });
  const last = await Promise.race([result.catch(() => null), given]);
  if (last === null) say('its worktrees and processes are not gone yet: the workers go on removing them');
  for (const reason of last?.reasons ?? []) if (!answer.reasons.includes(reason)) say(reason);
}

function isCancelled(error: unknown): boolean {
  return error instanceof WorkflowFailedError && error.cause instanceof CancelledFailure;
}

/** Resolves with the answer as soon as the search has one; never when it ends otherwise. */
async function showProgress(client: Client, handle: BisectHandle, say: (line: string) => void, ended: AbortSignal): Promise<BisectResult> {
  const isOver = (): boolean => ended.aborted;
  let [last, silent] = ['', 0];
  for (;;) {
    // Progress is optional: before the plan is made there is no query, and without a worker nobody answers it.
    const status = await client.withDeadline(Date.now() + 5_000, () => handle.query(bisectStatusQuery)).catch(() => null);
    if (isOver()) return await new Promise<never>(() => undefined);
    silent = status === null ? silent + 1 : 0;
    if (silent === silentPolls) say('no answer from a worker of the queue "bisect" yet: perf-responder worker starts one');
    const line = status === null ? last : progressLine(status);
    if (line !== last) say(`${new Date().toISOString().slice(11, 19)} ${line}`);
    last = line;
    if (status !== null && status.answer !== null) {
      return { ...status.answer, workflowId: handle.workflowId };
    }
    await delay(pollEveryMs, undefined, { signal: ended }).catch(() => undefined);
  }
}

function progressLine({ stage, runs, leading, isPaused }: BisectStatus): string {
  const [first] = leading;
  const likely =
    first === undefined || runs < 2 ? '' : `; most likely ${first.commit.slice(0, 12)} ${(first.probability * 100).toFixed(0)} %`;
  return `${isPaused ? 'paused, ' : ''}${stage}${likely}`;
}

/** A search that never began says why; anything else is a failure of ours. */
function explain(error: unknown, bisectId: string): Error {
  if (error instanceof WorkflowNotFoundError)
    return new RefusedError(`there is no search ${bisectId}: expected the id that bisect --detach or the report of an incident tells`, {
      cause: error,
    });
  const cause = error instanceof WorkflowFailedError ? error.cause : error;
  if (cause instanceof ApplicationFailure && (cause.type === 'RefusedError' || cause.type === 'UnreadableInputError'))
    return new RefusedError(cause.message, { cause: error });
  const message =
    cause instanceof CancelledFailure ? 'it was cancelled by somebody else' : cause instanceof Error ? cause.message : String(cause);
  return new ProgramFailedError(
    { program: 'bisect', exitCode: null, message: `the bisect failed: ${message}`, retryable: false },
    { cause: error },
  );
}
