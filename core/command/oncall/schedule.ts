/** An on-call schedule as the catalog gives it. All wall-clock texts are meant in `timezone`; all instants are epoch milliseconds. */

export interface RotationPeriod {
  unit: 'days' | 'months';
  /** At least 1; daily = 1 day, weekly = 7 days. */
  count: number;
}

/** When a layer counts: wall-clock windows of a week. `from` after `to` runs over midnight; the day is that on which the window begins. */
export interface WeeklyWindow {
  /** ISO weekdays, 1 = Monday … 7 = Sunday. */
  weekdays: readonly number[];
  /** `HH:MM` */
  from: string;
  to: string;
}

export interface RotationLayer {
  kind: 'rotation';
  period: RotationPeriod;
  /** `HH:MM` at which the duty changes hands. */
  handOverTime: string;
  /** ISO weekday of the hand-over, for periods of whole weeks; null: the weekday of `start`. */
  handOverWeekday: number | null;
  /** `YYYY-MM-DD`, the first day of duty. */
  start: string;
  /** In the order of their turns; at least one. */
  people: readonly string[];
  /** Absent: always. */
  windows?: readonly WeeklyWindow[];
}

/** Shifts that were read from a calendar, instants already. Where several overlap, the highest priority counts. */
export interface CalendarLayer {
  kind: 'calendar';
  shifts: readonly CalendarShift[];
}

export interface CalendarShift {
  startMs: number;
  endMs: number;
  people: readonly string[];
  priority: number;
}

export interface Override {
  startMs: number;
  endMs: number;
  person: string;
}

export interface OnCallSchedule {
  name: string;
  timezone: string;
  /** The first that has somebody wins. */
  layers: readonly (RotationLayer | CalendarLayer)[];
  /** They beat every layer; of several at once the one written last. */
  overrides: readonly Override[];
}

/** Half-open: from `startMs` up to, and without, `endMs`. */
export interface Shift {
  startMs: number;
  endMs: number;
  /** Empty: nobody is on call. */
  people: readonly string[];
  /** Why these people: which override, layer, turn. */
  reason: string;
}
