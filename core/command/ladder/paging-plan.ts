import type { Severity } from '../severity/severity.js';

/** One row of `escalation.paging`. */
export interface PagingLevel {
  level: string;
  role: string;
  /** After the level before; of the first one after the declaration. */
  afterMs: number;
  /** How often the level is paged again before the next one; 0 when absent in the catalog. */
  repeat: number;
  /** `oncall:NAME` or a person. */
  notify: readonly string[];
  /** Null: every severity. */
  severities: readonly Severity[] | null;
}

/** One page of the plan: which level, which try of it, and how long after the page before it. */
export interface PagingStep {
  level: string;
  role: string;
  /** 1 = first page of the level. */
  attempt: number;
  waitMs: number;
  notify: readonly string[];
}

export interface PagingPlan {
  steps: readonly PagingStep[];
  /** After the last page: how long until nobody has answered. */
  lastWaitMs: number;
}

/**
 * The pages of a ladder in their order. A repeated level is paged again after its own `after`; where that is nothing, after the time within which
 * somebody must respond, since to page twice in one second wakes nobody twice. The last level waits by the same rule before nobody has answered.
 */
export function pagingPlan(levels: readonly PagingLevel[], severity: Severity, respondWithinMs: number): PagingPlan {
  const used = levels.filter((level) => level.severities === null || level.severities.includes(severity));
  const again = (level: PagingLevel): number => (level.afterMs > 0 ? level.afterMs : respondWithinMs);
  const steps = used.flatMap((level) =>
    Array.from({ length: level.repeat + 1 }, (_, index): PagingStep => ({
      level: level.level,
      role: level.role,
      attempt: index + 1,
      waitMs: index === 0 ? level.afterMs : again(level),
      notify: level.notify,
    })),
  );
  const last = used.at(-1);
  return { steps, lastWaitMs: last === undefined ? respondWithinMs : again(last) };
}
