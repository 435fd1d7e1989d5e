/** Every kind of step. Runbooks are read, shown, approved and run by what stands here. */
import { UnreadableInputError } from '../../core/model/errors.js';
import { approve } from './approve.js';
import { check } from './check.js';
import { command } from './command.js';
import { http } from './http.js';
import { kubectl } from './kubectl.js';
import { load } from './load.js';
import { manual } from './manual.js';
import { note } from './note.js';
import { redis } from './redis.js';
import { shell } from './shell.js';
import { sql } from './sql.js';
import type { StepKind } from './step-kind.js';
import { wait } from './wait.js';

/** As messages name them. */
export const stepKinds: readonly StepKind[] = [command, shell, kubectl, http, sql, redis, wait, manual, approve, check, load, note];

export function findStepKind(kind: unknown): StepKind | null {
  return stepKinds.find((candidate) => candidate.kind === kind) ?? null;
}

/** Throws UnreadableInputError for a kind that is none: a run of a newer build may hold one. */
export function stepKindOf(kind: string): StepKind {
  const found = findStepKind(kind);
  if (found !== null) return found;
  throw new UnreadableInputError(
    `expected a step of kind ${stepKinds.map((known) => known.kind).join(', ')}, got ${kind}; update this program`,
  );
}
