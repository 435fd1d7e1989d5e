import { Temporal } from 'temporal-polyfill';

/** Wall-clock date and time of a schedule's zone, without an instant yet. */
export type LocalDateTime = Temporal.PlainDateTime;

export function localDateTime(date: Temporal.PlainDate, time: string): LocalDateTime {
  return date.toPlainDateTime(Temporal.PlainTime.from(time));
}

/** The wall clock of `timezone` at an instant. */
export function localAt(atMs: number, timezone: string): LocalDateTime {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(atMs)).toZonedDateTimeISO(timezone).toPlainDateTime();
}

/**
 * The instant of a wall-clock time that may come twice (clocks go back) or never (clocks go forward). Duties begin at the first and end at the
 * last such instant, so that two of them may overlap for an hour and never leave a gap (GoAlert's rule, target/goalert#1252). A time that never
 * comes is the moment of the jump for both.
 */
export function instantOf(local: LocalDateTime, timezone: string, which: 'first' | 'last'): number {
  const earlier = local.toZonedDateTime(timezone, { disambiguation: 'earlier' });
  const later = local.toZonedDateTime(timezone, { disambiguation: 'later' });
  if (earlier.equals(later)) return earlier.epochMilliseconds;
  const isMissing = !earlier.toPlainDateTime().equals(local);
  if (isMissing) return (earlier.getTimeZoneTransition('next') ?? later).epochMilliseconds;
  return (which === 'first' ? earlier : later).epochMilliseconds;
}

export function isTimezone(name: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    // An offset such as +02:00 is accepted too, but a zone of people follows its law.
    return !/^[+-]/.test(name);
  } catch {
    return false;
  }
}
