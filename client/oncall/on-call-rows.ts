/** Who is on call, as commands and pages show it. It needs only the catalog, so it works when nothing else does. */
import { isAbsolute, resolve } from 'node:path';
import { readCalendar } from '../../adapters/calendars/ical.js';
import type { Catalog } from '../../config/catalog.js';
import { knownPeople } from '../../config/command/known-people.js';
import { resolveSchedule } from '../../config/command/resolve-schedule.js';
import { whoIsOnCall } from '../../core/command/oncall/on-call.js';
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

export interface OnCallRow {
  name: string;
  who: string | null;
  /** ISO 8601; null: without an end. */
  until: string | null;
  reason: string;
  next: { who: string | null; at: string } | null;
}

const iso = (ms: number): string => new Date(ms).toISOString();

export async function onCallRows(catalog: Catalog, atMs: number, days: number): Promise<OnCallRow[]> {
  const schedules = await schedulesOf(catalog, { fromMs: atMs - 35 * dayMs, toMs: atMs + days * dayMs });
  return schedules.map((schedule) => {
    const { people, reason, untilMs, next } = whoIsOnCall(schedule, atMs);
    return {
      name: schedule.name,
      who: people.join(', ') || null,
      until: untilMs === null ? null : iso(untilMs),
      reason,
      next: next === null ? null : { who: next.people.join(', ') || null, at: iso(next.atMs) },
    };
  });
}
