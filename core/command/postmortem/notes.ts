/**
 * Notes that people took by hand, as events. Only what a line says itself is read; a line that cannot be read is listed, and nothing is dropped.
 * The day and the zone come from the notes, never from the machine that reads them.
 */
import { Temporal } from 'temporal-polyfill';
import { instantOf } from '../oncall/local-time.js';
import { chatHead, lineTime, type ClockParts, type DateParts, type LineTime } from './notes-clock.js';
import { headerIn } from './notes-header.js';

export interface NoteEvent {
  /** 1-based line of the notes. */
  line: number;
  /** ISO 8601 in UTC. */
  at: string;
  text: string;
}

export interface UnparsedLine {
  line: number;
  text: string;
  why: string;
}

export interface ParsedNotes {
  events: NoteEvent[];
  unparsed: UnparsedLine[];
}

/** A clock that goes back by more is of the next day; by less, the line was written late. */
const nextDayAfterMs = 6 * 3_600_000;
const dayMs = 86_400_000;

interface Reading {
  date: DateParts | null;
  zone: string | null;
  t0: string | null;
  previousMs: number | null;
}

const noDate = 'the day is not known; put a line such as "Date: 2026-03-02" above';
const noZone = 'the zone is not known; put a line such as "Timezone: Europe/Berlin" or "All times UTC" above';

function localMs(date: DateParts, { hour, minute, second }: ClockParts, zone: string): number {
  const local = Temporal.PlainDateTime.from({ ...date, hour, minute, second });
  return instantOf(local, zone, 'first');
}

/** The next day where the clock went back over midnight. Counted in days of the calendar, since one of them may have 23 or 25 hours. */
function afterPrevious(date: DateParts, clock: ClockParts, zone: string, previousMs: number | null): number {
  const first = localMs(date, clock, zone);
  if (previousMs === null) return first;
  let day = Temporal.PlainDate.from(date);
  let atMs = first;
  while (previousMs - atMs > nextDayAfterMs) {
    // Notes of weeks would need as many steps; the day before the last event is near enough to begin at.
    day = day.add({ days: Math.max(1, Math.floor((previousMs - atMs) / dayMs)) });
    atMs = localMs({ year: day.year, month: day.month, day: day.day }, clock, zone);
  }
  return atMs;
}

type Moment = { atMs: number } | { why: string };

function momentOf(time: LineTime, reading: Reading): Moment {
  switch (time.kind) {
    case 'unclear':
      return { why: time.why };
    case 'instant':
      return { atMs: time.atMs };
    case 'after-line':
      return reading.previousMs === null ? { why: 'no line above has a time' } : { atMs: reading.previousMs + time.ms };
    case 'after-t0': {
      if (reading.t0 === null) return { why: 'T0 is not known; put a line such as "T0: 14:05" above' };
      const t0 = lineTime(reading.t0);
      if (t0 === null || t0.kind === 'after-t0' || t0.kind === 'after-line') return { why: `T0 is no time: ${reading.t0}` };
      const zero = momentOf(t0, { ...reading, previousMs: null });
      return 'why' in zero ? zero : { atMs: zero.atMs + time.ms };
    }
    case 'local': {
      const zone = time.isUtc ? 'UTC' : reading.zone;
      const date = time.date ?? reading.date;
      if (date === null) return { why: noDate };
      if (zone === null) return { why: noZone };
      return { atMs: time.date === null ? afterPrevious(date, time.clock, zone, reading.previousMs) : localMs(date, time.clock, zone) };
    }
  }
}

/** Takes a header; false: the line is none. A new day begins to count anew. */
function takeHeader(reading: Reading, line: string, isAbove: boolean): boolean {
  const header = headerIn(line, isAbove);
  if (header === null) return false;
  if (header.date !== null) Object.assign(reading, { date: header.date, previousMs: null });
  if (header.zone !== null) reading.zone = header.zone;
  if (header.t0 !== null) reading.t0 = header.t0.clock;
  return true;
}

function isEmpty(line: string): boolean {
  return /^[\s|:-]*$/.test(line);
}

function isContinuation(line: string, last: NoteEvent | undefined, lastLine: number, index: number): boolean {
  return last !== undefined && lastLine === index && (/^(?:\s{2,}|\t|>)/.test(line) || last.text.endsWith(':'));
}

export function parseNotes(text: string): ParsedNotes {
  const reading: Reading = { date: null, zone: null, t0: null, previousMs: null };
  const events: NoteEvent[] = [];
  const unparsed: UnparsedLine[] = [];
  /** Line after the last one that belongs to the last event. */
  let openUntil = -1;
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    if (isEmpty(line) || takeHeader(reading, line, events.length === 0)) continue;
    const head = chatHead(line);
    const time =
      head === null ? lineTime(line) : ({ kind: 'local', date: null, clock: head.clock, isUtc: false, rest: `${head.name}:` } as const);
    const last = events.at(-1);
    if (time === null && last !== undefined && isContinuation(line, last, openUntil, index)) {
      last.text = `${last.text} ${line.trim()}`;
      openUntil = index + 1;
      continue;
    }
    const moment: Moment = time === null ? { why: 'it begins with no time' } : momentOf(time, reading);
    const rest = time === null || time.kind === 'unclear' ? '' : time.rest;
    if ('why' in moment || rest === '')
      unparsed.push({ line: index + 1, text: line.trim(), why: 'why' in moment ? moment.why : 'it tells nothing' });
    else {
      events.push({ line: index + 1, at: new Date(moment.atMs).toISOString(), text: rest });
      reading.previousMs = moment.atMs;
      openUntil = index + 1;
    }
  }
  return { events, unparsed };
}

/** What the notes have to say before any of their clock times means something; null: nothing is missing. */
export function missingInNotes({ unparsed }: ParsedNotes): string | null {
  return unparsed.find(({ why }) => why === noDate || why === noZone)?.why ?? null;
}
