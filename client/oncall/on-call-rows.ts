/** Who is on call, as commands and pages show it. It needs only the catalog, so it works when nothing else does. */
import { isAbsolute, resolve } from 'node:path';
import { readCalendar } from '../../adapters/calendars/ical.js';
import type { Catalog } from '../../config/catalog.js';
import { knownPeople } from '../../config/command/known-people.js';
import { resolveSchedule } from '../../config/command/resolve-schedule.js';
import { horizonMs, shiftsBetween, whoIsOnCall } from '../../core/command/oncall/on-call.js';
import type { OnCallSchedule } from '../../core/command/oncall/schedule.js';

const dayMs = 86_400_000;

/** All schedules of the catalog with their calendars read for a span. */
export async function schedulesOf(catalog: Catalog, span: { fromMs: number; toMs: number }): Promise<OnCallSchedule[]> {
  const locate = (source: string): string => (/^https?:/i.test(source) || isAbsolute(source) ? source : resolve(catalog.directory, source));
  return Promise.all(
    Object.entries(catalog.oncall ?? {}).map(([name, schedule]) =>
      resolveSchedule(name, schedule, (source) => readCalendar(locate(source), span, knownPeople(catalog))),
    ),
  );
}

/** A turn of the days that are shown. */
export interface OnCallShift {
  who: string | null;
  from: string;
  to: string;
  reason: string;
}

export interface OnCallRow {
  name: string;
  who: string | null;
  /** ISO 8601; null: without an end. */
  until: string | null;
  reason: string;
  next: { who: string | null; at: string } | null;
  /** Who is on call until the end of the days that were asked for. */
  shifts: OnCallShift[];
}

const iso = (ms: number): string => new Date(ms).toISOString();
const names = (people: readonly string[]): string | null => people.join(', ') || null;

function shiftsOf(schedule: OnCallSchedule, atMs: number, days: number): OnCallShift[] {
  return shiftsBetween(schedule, atMs, atMs + days * dayMs).map(({ people, startMs, endMs, reason }) => ({
    ...{ who: names(people), from: iso(startMs), to: iso(endMs), reason },
  }));
}

export async function onCallRows(catalog: Catalog, atMs: number, days: number): Promise<OnCallRow[]> {
  // A calendar that was read for these days only would have nobody after them, which is not known.
  const schedules = await schedulesOf(catalog, { fromMs: atMs - 35 * dayMs, toMs: atMs + horizonMs });
  return schedules.map((schedule) => {
    const { people, reason, untilMs, next } = whoIsOnCall(schedule, atMs);
    return {
      name: schedule.name,
      who: names(people),
      until: untilMs === null ? null : iso(untilMs),
      reason,
      next: next === null ? null : { who: names(next.people), at: iso(next.atMs) },
      shifts: shiftsOf(schedule, atMs, days),
    };
  });
}
