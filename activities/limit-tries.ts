/**
 * How often an activity may fail. The server waits for a worker as long as the story lives, so the end of patience is here: an error that was
 * thrown is an answer, a worker that died is none, and only the activity can tell them apart.
 */
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';

/** With the intervals of the retry policies five tries span about ten seconds: a hiccup passes, a bug does not. */
const triesWithErrors = 5;
/** An activity under which worker after worker dies would take the whole responder with it, one restart after the other. */
const triesInAll = 25;

/** For what must be done in the end, however often it fails: telling people, cleaning up. The workflow says when it is given up. */
export const untilGivenUp = { triesWithErrors: Infinity };

/** The failure as it was, final when it was the last one worth trying. */
export function lastTry(failure: Error, attempt: number, most = triesWithErrors): Error {
  if (!(failure instanceof ApplicationFailure) || failure.nonRetryable === true || attempt < most) return failure;
  const { message, type, details, cause } = failure;
  return ApplicationFailure.create({
    message,
    nonRetryable: true,
    ...(type == null ? {} : { type }),
    ...(details == null ? {} : { details }),
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Which try this is; whoever calls an activity outside of Temporal is at the first. */
export function currentTry(): { attempt: number; activityType: string } {
  try {
    return Context.current().info;
  } catch {
    return { attempt: 1, activityType: 'the activity' };
  }
}

/** Throws when workers died under this very activity so often that it must be the reason. */
export function refuseDeadlyTry(): void {
  const { attempt, activityType } = currentTry();
  if (attempt <= triesInAll) return;
  const message = `${activityType} was given up: ${triesInAll} workers died or fell silent under it; look at their logs and memory`;
  throw ApplicationFailure.nonRetryable(message, 'ProgramFailedError');
}
