import { CommanderError } from 'commander';
import { RefusedError, UnreadableInputError } from '../../core/model/errors.js';

/** Ctrl-C while following: the shell's own code for it. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
}

/** The command has already printed its document; only the exit code remains. */
export class AnsweredError extends Error {
  override readonly name = 'AnsweredError';
  readonly exitCode: number;
  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Design §5: 0 = ran to an outcome, 1 = a tool failed, 2 = refused or bad input. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof AnsweredError) return error.exitCode;
  if (error instanceof InterruptedError) return 130;
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  return error instanceof RefusedError || error instanceof UnreadableInputError ? 2 : 1;
}
