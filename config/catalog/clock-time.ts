import { text } from '../catalog-fields.js';

/** `HH:MM` of a wall clock. */
export const clockTime = (key: string, example: string) =>
  text('a time of day, HH:MM', `write e.g. ${key}: "${example}"`, (value) => /^(?:[01]\d|2[0-3]):[0-5]\d$/.test(value));

export const weekdayNames = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

/** `Mon 09:00`, or `09:00` where the period is no week. */
export const handOverTime = text(
  'a weekday and a time of day',
  'write e.g. handOver: "Mon 09:00", or "09:00" for a daily rotation',
  (value) => /^(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) )?(?:[01]\d|2[0-3]):[0-5]\d$/.test(value),
);

export interface HandOver {
  time: string;
  /** ISO weekday, 1 = Monday; null: none was named. */
  weekday: number | null;
}

export function readHandOver(value: string): HandOver {
  const [first = '', second] = value.split(' ');
  const index = weekdayNames.findIndex((name) => name === first);
  return second === undefined ? { time: first, weekday: null } : { time: second, weekday: index + 1 };
}
