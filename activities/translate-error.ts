/** The only place that turns our errors into Temporal failures: what may be retried, under which name, in how many words. */
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { EvidenceUnavailableError, ProgramFailedError, RefusedError, UnreadableInputError } from '../core/model/errors.js';
import { currentTry, lastTry, refuseDeadlyTry } from './limit-tries.js';

/** A pending activity shows little, and stderr belongs in artifacts. */
const longestMessage = 200;

/** Removes credentials from URLs, the one kind of secret that external messages tend to repeat. */
function withoutSecrets(message: string): string {
  return message.replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, '$1');
}

function shorten(message: string): string {
  const [line = ''] = withoutSecrets(message).split('\n');
  return cut(line, longestMessage);
}

function cut(line: string, longest: number): string {
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}

/** Whoever has to correct an input needs the problem itself: with file, line and remedy it has up to this length. */
const longestProblem = 500;

/** Our own message about an input: a heading, and one problem per line below it. The first problem is told, the others are counted. */
function ownWords(message: string): string {
  const [heading = '', problem, ...others] = withoutSecrets(message)
    .split('\n')
    .filter((line) => line.trim() !== '');
  if (problem === undefined) return cut(heading, longestProblem);
  return `${cut(heading, longestMessage)}: ${cut(problem, longestProblem)}${others.length === 0 ? '' : ` (and ${others.length} more)`}`;
}

const diskProblems: Record<string, string> = {
  ENOSPC: 'the disk is full: free some space, or set another data folder',
  EDQUOT: 'the disk quota is used up: free some space, or set another data folder',
  EROFS: 'the file system is read-only: mount it writable, or set another data folder',
  EACCES: 'permission denied: let the user of the worker write there, or set another data folder',
  EPERM: 'permission denied: let the user of the worker write there, or set another data folder',
};

/** A disk that accepts no data, in words that say what to do; null for any other error. */
function diskProblem(error: Error): string | null {
  const { code, path } = error as NodeJS.ErrnoException;
  const problem = code === undefined ? undefined : diskProblems[code];
  return problem === undefined ? null : `cannot write ${path ?? 'to the data folder'}: ${problem}`;
}

export function translateError(error: unknown): Error {
  if (error instanceof CancelledFailure || error instanceof ApplicationFailure) return error;
  if (!(error instanceof Error)) return ApplicationFailure.retryable(shorten(String(error)), 'UnknownError');
  const type = error.name;
  if (error instanceof UnreadableInputError || error instanceof RefusedError)
    return ApplicationFailure.create({ message: ownWords(error.message), type, nonRetryable: true });
  const message = shorten(diskProblem(error) ?? error.message);
  if (error instanceof EvidenceUnavailableError)
    return ApplicationFailure.create({ message, type, nonRetryable: true, details: [error.missing] });
  if (error instanceof ProgramFailedError) {
    const { program, exitCode, retryAfterMs } = error;
    const pause = retryAfterMs === null ? {} : { nextRetryDelay: retryAfterMs };
    return ApplicationFailure.create({ message, type, nonRetryable: !error.retryable, details: [{ program, exitCode }], ...pause });
  }
  return ApplicationFailure.create({ message, type, nonRetryable: false });
}

/** Wraps an activity so that every error leaves it translated, and final if this was the last try worth making. */
export function translating<Args extends unknown[], Result>(
  activity: (...args: Args) => Promise<Result>,
  { triesWithErrors }: { triesWithErrors?: number } = {},
): (...args: Args) => Promise<Result> {
  return async (...args) => {
    if (triesWithErrors === undefined) refuseDeadlyTry();
    try {
      return await activity(...args);
    } catch (error) {
      throw lastTry(translateError(error), currentTry().attempt, triesWithErrors);
    }
  };
}
