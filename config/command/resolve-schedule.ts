import type { CalendarShift, OnCallSchedule, RotationLayer, WeeklyWindow } from '../../core/command/oncall/schedule.js';
import { readHandOver, weekdayNames } from '../catalog/clock-time.js';
import type { CatalogLayer, CatalogSchedule } from '../catalog/on-call.js';

/** The shifts of a calendar that a schedule names; read elsewhere, since it is a file or another host's answer. */
export type CalendarReader = (ical: string) => Promise<readonly CalendarShift[]>;

const everyDay = [1, 2, 3, 4, 5, 6, 7];
const defaultHandOver = '09:00';

function windowsOf(only: NonNullable<CatalogLayer['only']>): WeeklyWindow[] {
  return only.map(({ days, from, to }) => ({
    weekdays: days === undefined ? everyDay : days.map((name) => weekdayNames.indexOf(name) + 1),
    from,
    to,
  }));
}

function periodOf(rotation: CatalogLayer['rotation']): RotationLayer['period'] {
  if (rotation === 'daily') return { unit: 'days', count: 1 };
  if (rotation === 'weekly') return { unit: 'days', count: 7 };
  return rotation.months === undefined ? { unit: 'days', count: rotation.days ?? 1 } : { unit: 'months', count: rotation.months };
}

function rotationOf(layer: CatalogLayer): RotationLayer {
  const { time, weekday } = readHandOver(layer.handOver ?? defaultHandOver);
  return {
    kind: 'rotation',
    period: periodOf(layer.rotation),
    handOverTime: time,
    // A weekday means something only where the periods are whole weeks.
    handOverWeekday: layer.rotation === 'weekly' || isWholeWeeks(layer.rotation) ? weekday : null,
    start: layer.start ?? '1970-01-01',
    people: layer.people ?? [],
    ...(layer.only === undefined ? {} : { windows: windowsOf(layer.only) }),
  };
}

function isWholeWeeks(rotation: CatalogLayer['rotation']): boolean {
  return typeof rotation === 'object' && rotation.days !== undefined && rotation.days % 7 === 0;
}

async function layerOf(layer: CatalogLayer, readCalendar: CalendarReader): Promise<OnCallSchedule['layers'][number]> {
  const ical = typeof layer.rotation === 'object' ? layer.rotation.ical : undefined;
  return ical === undefined ? rotationOf(layer) : { kind: 'calendar', shifts: await readCalendar(ical) };
}

/** A schedule of the catalog with its calendars read. Its own rotation comes before its layers. */
export async function resolveSchedule(name: string, schedule: CatalogSchedule, readCalendar: CalendarReader): Promise<OnCallSchedule> {
  const { timezone, layers, overrides, rotation, ...rest } = schedule;
  const own: CatalogLayer[] = rotation === undefined ? [] : [{ ...rest, rotation }];
  return {
    name,
    timezone: timezone ?? 'UTC',
    layers: await Promise.all([...own, ...(layers ?? [])].map((layer) => layerOf(layer, readCalendar))),
    overrides: (overrides ?? []).map(({ from, to, who }) => ({ startMs: Date.parse(from), endMs: Date.parse(to), person: who })),
  };
}
