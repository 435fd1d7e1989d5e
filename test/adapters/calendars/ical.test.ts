import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readCalendar } from '../../../adapters/calendars/ical.js';

const known = new Map([
  ['alice', 'alice'],
  ['bob@example.com', 'bob'],
  ['carol c.', 'carol'],
]);
const at = (iso: string): number => Date.parse(iso);
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calendar-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function shifts(events: string, from: string, to: string): Promise<string[]> {
  const file = join(folder, 'oncall.ics');
  await writeFile(file, `BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//y//EN\n${events.trim()}\nEND:VCALENDAR\n`.replaceAll('\n', '\r\n'));
  const read = await readCalendar(file, { fromMs: at(from), toMs: at(to) }, known);
  return read
    .sort((a, b) => a.startMs - b.startMs)
    .map(({ startMs, endMs, people, priority }) => {
      const [start, end] = [startMs, endMs].map((ms) => new Date(ms).toISOString().slice(0, 16));
      return `${start}/${end} ${people.join('+') || 'nobody'} ${priority}`;
    });
}

it('expands a weekly shift in its own zone, across a change of the clock', async () => {
  const weekly = `
BEGIN:VEVENT
UID:1
DTSTART;TZID=Europe/Berlin:20260323T090000
DTEND;TZID=Europe/Berlin:20260323T170000
RRULE:FREQ=WEEKLY;COUNT=3
SUMMARY:Alice
END:VEVENT`;
  expect(await shifts(weekly, '2026-03-20T00:00:00Z', '2026-04-20T00:00:00Z')).toEqual([
    '2026-03-23T08:00/2026-03-23T16:00 alice 0',
    '2026-03-30T07:00/2026-03-30T15:00 alice 0',
    '2026-04-06T07:00/2026-04-06T15:00 alice 0',
  ]);
});

it('leaves out what was taken out, moves what was moved, and knows who stands in', async () => {
  const changed = `
BEGIN:VEVENT
UID:2
DTSTART:20260105T090000Z
DTEND:20260105T170000Z
RRULE:FREQ=DAILY;COUNT=4
EXDATE:20260106T090000Z
SUMMARY:Alice
END:VEVENT
BEGIN:VEVENT
UID:2
RECURRENCE-ID:20260107T090000Z
DTSTART:20260107T110000Z
DTEND:20260107T170000Z
SUMMARY:Carol C.
END:VEVENT`;
  expect(await shifts(changed, '2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z')).toEqual([
    '2026-01-05T09:00/2026-01-05T17:00 alice 0',
    '2026-01-07T11:00/2026-01-07T17:00 carol 0',
    '2026-01-08T09:00/2026-01-08T17:00 alice 0',
  ]);
});

it('finds people in title and attendees, levels in marks, and a shift of nobody where the name is not known', async () => {
  const named = `
BEGIN:VEVENT
UID:3
DTSTART:20260105T000000Z
DTEND:20260106T000000Z
SUMMARY:[L1] Alice
ATTENDEE;CN=Bob:mailto:bob@example.com
END:VEVENT
BEGIN:VEVENT
UID:4
DTSTART:20260107T000000Z
DTEND:20260108T000000Z
SUMMARY:[L2] Mallory
END:VEVENT`;
  expect(await shifts(named, '2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z')).toEqual([
    '2026-01-05T00:00/2026-01-06T00:00 alice+bob 99',
    '2026-01-07T00:00/2026-01-08T00:00 nobody 98',
  ]);
});

it('says of which calendar nothing can be had, and why', async () => {
  const file = join(folder, 'page.ics');
  await writeFile(file, '<html>Sign in</html>');
  await expect(readCalendar(file, { fromMs: 0, toMs: 1 }, known)).rejects.toThrow(`calendar ${file}: expected an iCalendar file`);
  await expect(readCalendar('http://127.0.0.1:1/x.ics', { fromMs: 0, toMs: 1 }, known)).rejects.toThrow('correct oncall in the catalog');
});
