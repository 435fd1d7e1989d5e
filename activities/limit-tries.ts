/**
 * How often an activity may fail. The server waits for a worker as long as the story lives, so the limit is here: an error that was thrown is an answer, a
 * worker that died is none, and only the activity can tell them apart.
 */
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';

/** With the intervals of the retry policies, five tries span about ten seconds: a short disturbance passes, a bug does not. */
const triesWithErrors = 5;
/** If worker after worker dies during an activity, it would take the whole responder with it, one restart after the other. */
const triesInAll = 25;

/** For what must be done in the end, however often it fails: notifications, cleaning up. The workflow decides when it is given up. */
export const untilGivenUp = { triesWithErrors: Infinity };

/** The failure itself, made final if this was the last try worth making. */
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

/** Number of this try; outside of Temporal it is the first. */
export function currentTry(): { attempt: number; activityType: string } {
  try {
    return Context.current().info;
  } catch {
    return { attempt: 1, activityType: 'the activity' };
  }
}

/** Throws when workers died during this activity so often that it must be the reason. */
export function refuseDeadlyTry(): void {
  const { attempt, activityType } = currentTry();
  if (attempt <= triesInAll) return;
  const message = `${activityType} was given up: ${triesInAll} workers died or fell silent under it; look at their logs and memory`;
  throw ApplicationFailure.nonRetryable(message, 'ProgramFailedError');
}
