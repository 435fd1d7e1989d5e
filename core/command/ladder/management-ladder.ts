import type { Severity } from '../severity/severity.js';

/** One row of `escalation.management`: who must know, once the incident has been open for so long. */
export interface ManagementLevel {
  level: string;
  role: string;
  /** After the declaration. */
  afterMs: number;
  notify: readonly string[];
  severities: readonly Severity[] | null;
}

export interface ManagementSituation {
  declaredAtMs: number;
  severity: Severity;
  /** Levels that were told already; a level is told once. */
  told: readonly string[];
  /** Levels up to which somebody escalated by hand count as due, whatever the time and the severity. */
  forcedTo: string | null;
}

export interface ManagementDue {
  /** To be told now, in the order of the ladder. */
  now: readonly ManagementLevel[];
  /** The next one by time; null: none is left for this severity. */
  next: { level: ManagementLevel; atMs: number } | null;
}

/**
 * Who must be told now and who next. It depends on the elapsed time and the severity alone, not on who answered: a raised severity whose level is
 * overdue tells it at once, and an acknowledgement stops nothing.
 */
export function managementDue(levels: readonly ManagementLevel[], situation: ManagementSituation, nowMs: number): ManagementDue {
  const forcedIndex = situation.forcedTo === null ? -1 : levels.findIndex((level) => level.level === situation.forcedTo);
  const open = levels.filter((level) => !situation.told.includes(level.level));
  const isForced = (level: ManagementLevel): boolean => levels.indexOf(level) <= forcedIndex;
  const counts = (level: ManagementLevel): boolean => level.severities === null || level.severities.includes(situation.severity);
  const dueAt = (level: ManagementLevel): number => situation.declaredAtMs + level.afterMs;
  const now = open.filter((level) => isForced(level) || (counts(level) && dueAt(level) <= nowMs));
  const later = open.filter((level) => !now.includes(level) && counts(level));
  const first = later.reduce<ManagementLevel | null>((best, level) => (best === null || level.afterMs < best.afterMs ? level : best), null);
  return { now, next: first === null ? null : { level: first, atMs: dueAt(first) } };
}

/** Levels that were told and are no longer called for at this severity: they hear that they may stand down. */
export function stoodDown(levels: readonly ManagementLevel[], told: readonly string[], severity: Severity): ManagementLevel[] {
  return levels.filter((level) => told.includes(level.level) && level.severities !== null && !level.severities.includes(severity));
}
