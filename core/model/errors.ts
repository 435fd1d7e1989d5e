import type { MissingEvidence } from './observation.js';

/** Input that cannot be read or is not allowed. The message says what was expected, what came and what to do. Exit code 2. */
export class UnreadableInputError extends Error {
  override readonly name = 'UnreadableInputError';
}

/** The responder refuses: target not allowed, no symptom, action outside the catalog. Exit code 2, outcome `refused`. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

/** Evidence that cannot be taken here, with the exact remedy. It becomes a row of `missingEvidence` and does not end the run. */
export class EvidenceUnavailableError extends Error {
  override readonly name = 'EvidenceUnavailableError';
  readonly missing: MissingEvidence;
  constructor(missing: MissingEvidence, options?: ErrorOptions) {
    super(`${missing.what}: ${missing.why}. ${missing.remedy}`, options);
    this.missing = missing;
  }
}

/** An external program failed: its name, its exit code and the last lines of its output. Exit code 1. */
export class ProgramFailedError extends Error {
  override readonly name: string = 'ProgramFailedError';
  readonly program: string;
  readonly exitCode: number | null;
  readonly retryable: boolean;
  /** How long the program asked not to be called again; null when it did not say. */
  readonly retryAfterMs: number | null;
  constructor(
    details: { program: string; exitCode: number | null; message: string; retryable: boolean; retryAfterMs?: number | null },
    options?: ErrorOptions,
  ) {
    super(details.message, options);
    this.program = details.program;
    this.exitCode = details.exitCode;
    this.retryable = details.retryable;
    this.retryAfterMs = details.retryAfterMs ?? null;
  }
}

/** A channel that failed again and again is left alone for a while. Retryable where whoever sends can wait for the next try. */
export class CircuitOpenError extends ProgramFailedError {
  override readonly name = 'CircuitOpenError';
}
