/** Who is on call, by the schedules of the catalog and calendars. */
import { isAbsolute, resolve } from 'node:path';
import type { OnCallPerson, OnCallResolution } from '../../activities/command/contract.js';
import { readCalendar } from '../../adapters/calendars/ical.js';
import type { Catalog } from '../../config/catalog.js';
import { knownPeople } from '../../config/command/known-people.js';
import { resolveSchedule } from '../../config/command/resolve-schedule.js';
import { quietUntil } from '../../core/command/oncall/quiet-hours.js';
import { whoIsOnCall } from '../../core/command/oncall/on-call.js';

const dayMs = 86_400_000;
/** How much of a calendar is read around a moment: enough for a shift that began last month. */
const calendarSpanMs = 35 * dayMs;

async function onSchedule(catalog: Catalog, name: string, atMs: number): Promise<{ people: readonly string[]; reason: string }> {
  const schedule = catalog.oncall?.[name];
  if (schedule === undefined) return { people: [], reason: `the catalog has no schedule ${name}` };
  const span = { fromMs: atMs - calendarSpanMs, toMs: atMs + calendarSpanMs };
  const locate = (source: string): string => (/^https?:/i.test(source) || isAbsolute(source) ? source : resolve(catalog.directory, source));
  const resolved = await resolveSchedule(name, schedule, (source) => readCalendar(locate(source), span, knownPeople(catalog)));
  const { people, reason } = whoIsOnCall(resolved, atMs);
  return { people, reason: `${name}: ${reason}` };
}

/** One calendar that cannot be read must not hide the people who are named beside it. */
async function resolveTarget(catalog: Catalog, target: string, atMs: number): Promise<{ people: readonly string[]; reason: string }> {
  if (!target.startsWith('oncall:')) return { people: [target], reason: 'named in the catalog' };
  try {
    return await onSchedule(catalog, target.slice('oncall:'.length), atMs);
  } catch (error) {
    return { people: [], reason: error instanceof Error ? error.message : String(error) };
  }
}

/** When the person's quiet hours end, if `atMs` is in them; otherwise null. */
function quietEnd(catalog: Catalog, person: string, atMs: number): number | null {
  const { quietHours, timezone = catalog.incidents?.timezone ?? 'UTC' } = catalog.people?.[person] ?? {};
  return quietHours === undefined ? null : quietUntil({ ...quietHours, timezone }, atMs);
}

/** The people of the catalog that `oncall:NAME` and keys of people stand for at `atMs`, and why these. */
export async function resolveOnCall(catalog: Catalog, notify: readonly string[], atMs: number): Promise<OnCallResolution> {
  const answers = await Promise.all(notify.map((target) => resolveTarget(catalog, target, atMs)));
  const known = answers.flatMap(({ people }) => people).filter((person) => catalog.people?.[person] !== undefined);
  const people = [...new Set(known)].map((person): OnCallPerson => {
    const endsMs = quietEnd(catalog, person, atMs);
    const quietUntil = endsMs === null ? null : new Date(endsMs).toISOString();
    return { person, channels: catalog.people?.[person]?.notify.length ?? 0, quietUntil };
  });
  return { people, reason: answers.map(({ reason }) => reason).join('; ') };
}
