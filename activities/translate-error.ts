/** The one place that turns our errors into Temporal failures: what may be retried, under which name, in how many words. */
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { EvidenceUnavailableError, ProgramFailedError, RefusedError, UnreadableInputError } from '../core/model/errors.js';

/** A pending activity shows little and stderr belongs into artifacts. */
const longestMessage = 200;

/** Credentials in URLs, the one secret that outside messages like to repeat. */
function withoutSecrets(message: string): string {
  return message.replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, '$1');
}

function shorten(message: string): string {
  const [line = ''] = withoutSecrets(message).split('\n');
  return line.length > longestMessage ? `${line.slice(0, longestMessage - 1)}…` : line;
}

export function translateError(error: unknown): Error {
  if (error instanceof CancelledFailure || error instanceof ApplicationFailure) return error;
  if (!(error instanceof Error)) return ApplicationFailure.retryable(shorten(String(error)), 'UnknownError');
  const message = shorten(error.message);
  const type = error.name;
  if (error instanceof UnreadableInputError || error instanceof RefusedError)
    return ApplicationFailure.create({ message, type, nonRetryable: true });
  if (error instanceof EvidenceUnavailableError)
    return ApplicationFailure.create({ message, type, nonRetryable: true, details: [error.missing] });
  if (error instanceof ProgramFailedError) {
    const { program, exitCode } = error;
    return ApplicationFailure.create({ message, type, nonRetryable: !error.retryable, details: [{ program, exitCode }] });
  }
  return ApplicationFailure.create({ message, type, nonRetryable: false });
}

/** Wraps an activity so that every error leaves it translated. */
export function translating<Args extends unknown[], Result>(
  activity: (...args: Args) => Promise<Result>,
): (...args: Args) => Promise<Result> {
  return async (...args) => {
    try {
      return await activity(...args);
    } catch (error) {
      throw translateError(error);
    }
  };
}
