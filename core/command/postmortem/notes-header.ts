/** What notes say of their day and zone, in a heading or on a line of its own. */
import { isTimezone } from '../oncall/local-time.js';
import { isDate, lineTime, type DateParts } from './notes-clock.js';

const months = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november', 'december'];

function monthOf(name: string): number {
  return months.findIndex((month) => month.startsWith(name.toLowerCase().slice(0, 3))) + 1;
}

/** `2026-03-02`, `March 2, 2026`, `2 March 2026`. `12/11` is of two days and taken for none; so is the number of a version. */
export function dateIn(text: string): DateParts | null {
  const numeric = /(?<![\d.-])(\d{4})-(\d{2})-(\d{2})(?![\d.-]|T\d)/.exec(text);
  const monthFirst = /\b([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})\b/i.exec(text);
  const dayFirst = /\b(\d{1,2})(?:st|nd|rd|th|\.)? ([a-z]{3,9})\.? (\d{4})\b/i.exec(text);
  const [year, month, day] =
    numeric !== null
      ? [Number(numeric[1]), Number(numeric[2]), Number(numeric[3])]
      : monthFirst !== null
        ? [Number(monthFirst[3]), monthOf(monthFirst[1] ?? ''), Number(monthFirst[2])]
        : dayFirst !== null
          ? [Number(dayFirst[3]), monthOf(dayFirst[2] ?? ''), Number(dayFirst[1])]
          : [0, 0, 0];
  const date = { year, month, day };
  return month > 0 && isDate(date) ? date : null;
}

/** A zone as Temporal names it: `UTC`, `Europe/Berlin`, `+02:00`. */
export function zoneIn(text: string): string | null {
  const offset = /\b(?:UTC|GMT)\s?([+-])(\d{1,2})(?::?(\d{2}))?\b/.exec(text);
  if (offset !== null) return `${offset[1]}${(offset[2] ?? '').padStart(2, '0')}:${offset[3] ?? '00'}`;
  const named = [...text.matchAll(/\b[A-Z][A-Za-z_]+\/[A-Z][A-Za-z_/-]+\b/g)].map(([name]) => name).find(isTimezone);
  return named ?? (/\b(?:UTC|GMT|Zulu)\b/i.test(text) ? 'UTC' : null);
}

export interface NotesHeader {
  date: DateParts | null;
  zone: string | null;
  /** The line is nothing but a header. */
  t0: { clock: string } | null;
}

/** Reads a line as a header; null: it is none. A line that happens to name a day is one only `isAbove` all events, and as a title of the notes. */
export function headerIn(line: string, isAbove: boolean): NotesHeader | null {
  const [, t0] = /^\s*T0\s*[:=](.+)$/i.exec(line) ?? [];
  if (t0 !== undefined) return { date: null, zone: null, t0: { clock: t0.trim() } };
  if (lineTime(line) !== null) return null;
  const isLabelled = /^\s*(?:#{1,6}\s|(?:\*\*)?(?:date|day|time ?zone|tz|zone|all times|times)\b)/i.test(line);
  const isDateAlone =
    /^\s*(?:\w+day,? )?(?:\d{4}-\d{2}-\d{2}|[A-Za-z]{3,9}\.? \d{1,2},? \d{4}|\d{1,2} [A-Za-z]{3,9} \d{4})(?:\s*\()?[\w/+:\s-]*(?:\)\s*:?)?$/.test(
      line,
    );
  const isTitle = isAbove && /^\W*(?:incident|notes|post-?mortem|timeline|log)\b/i.test(line);
  if (!isLabelled && !isDateAlone && !isTitle) return null;
  const [date, zone] = [dateIn(line), zoneIn(line)];
  return date === null && zone === null ? null : { date, zone, t0: null };
}
