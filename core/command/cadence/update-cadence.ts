import { Temporal } from 'temporal-polyfill';
import type { SeverityTerms } from '../severity/severity.js';

/** Communications hear that an update is due this long before; the commander this long after. */
const remindBeforeMs = 3 * 60_000;
const remindCommanderAfterMs = 5 * 60_000;

const workdayStart = Temporal.PlainTime.from('09:00');
const saturday = 6;

/** 09:00 of the next working day in the team's zone: "daily" means then, not in 24 hours. Public holidays are not known to us. */
export function nextWorkdayMorning(nowMs: number, timezone: string): number {
  let day = Temporal.Instant.fromEpochMilliseconds(Math.floor(nowMs)).toZonedDateTimeISO(timezone).toPlainDate().add({ days: 1 });
  while (day.dayOfWeek >= saturday) day = day.add({ days: 1 });
  return day.toZonedDateTime({ timeZone: timezone, plainTime: workdayStart }).epochMilliseconds;
}

/** When the next update is due after one that was posted at `postedAtMs`. */
export function nextUpdateAt(terms: Pick<SeverityTerms, 'updateEveryMs' | 'isUpdatedDaily'>, postedAtMs: number, timezone: string): number {
  return terms.isUpdatedDaily ? nextWorkdayMorning(postedAtMs, timezone) : postedAtMs + terms.updateEveryMs;
}

/** The severity changed: the sooner of what was promised and what the new cadence asks for. */
export function updateDueAfterChange(promisedAtMs: number, newDueAtMs: number): number {
  return Math.min(promisedAtMs, newDueAtMs);
}

export type CadenceStep = 'remind-communications' | 'overdue' | 'remind-commander';

export interface CadenceDeadline {
  step: CadenceStep;
  atMs: number;
}

/**
 * The moments around a due update. A cadence that is shorter than the reminder's lead reminds half-way instead, so that a reminder never comes
 * before the update that it follows.
 */
export function cadenceDeadlines(postedAtMs: number, dueAtMs: number): CadenceDeadline[] {
  const lead = Math.min(remindBeforeMs, (dueAtMs - postedAtMs) / 2);
  return [
    { step: 'remind-communications', atMs: dueAtMs - lead },
    { step: 'overdue', atMs: dueAtMs },
    { step: 'remind-commander', atMs: dueAtMs + Math.min(remindCommanderAfterMs, dueAtMs - postedAtMs) },
  ];
}
