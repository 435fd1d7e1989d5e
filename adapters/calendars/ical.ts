import { readFile } from 'node:fs/promises';
import ical, { type VEvent } from 'node-ical';
import { UnreadableInputError } from '../../core/model/errors.js';
import type { CalendarShift } from '../../core/command/oncall/schedule.js';

/** Larger calendars are no rota of ours. */
const maxBytes = 1024 * 1024;
const fetchTimeoutMs = 5_000;

async function fetchText(url: string): Promise<string> {
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(fetchTimeoutMs) });
  if (!response.ok) throw new Error(`it answered ${response.status}`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  const body: AsyncIterable<Uint8Array> | null = response.body;
  // Leaving the loop ends the download.
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new Error(`it is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function paramText(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'object' && value !== null && 'val' in value && typeof value.val === 'string' ? value.val : '';
}

/** `[L1] Alice A.`: a mark before the name is the priority, the lower the level the higher it is. */
function priorityOf(summary: string): number {
  const level = /^\s*\[L(\d{1,2})\]/.exec(summary)?.[1];
  return level === undefined ? 0 : 100 - Number(level);
}

/** People are named by their key, name or mail address in the title, the description or as attendees. All who are named are on call. */
function peopleOf(event: VEvent, known: ReadonlyMap<string, string>): string[] {
  const attendees = [event.attendee].flat().map((one) => paramText(one).replace(/^mailto:/i, ''));
  const summary = paramText(event.summary).replace(/^\s*\[L\d{1,2}\]\s*/, '');
  const texts = [...summary.split(/[,;&]/), ...attendees, ...paramText(event.description).split(/[\n,;]/)];
  return [...new Set(texts.flatMap((text) => known.get(text.trim().toLowerCase()) ?? []))];
}

/** Every occurrence in the span; recurring ones are expanded in their own zone. One that was changed has its own event, and so its own people. */
function occurrences(event: VEvent, fromMs: number, toMs: number): { startMs: number; endMs: number; event: VEvent }[] {
  return ical
    .expandRecurringEvent(event, { from: new Date(fromMs), to: new Date(toMs), expandOngoing: true })
    .map((one) => ({ startMs: one.start.getTime(), endMs: one.end.getTime(), event: one.event }));
}

export interface CalendarSpan {
  fromMs: number;
  toMs: number;
}

/**
 * Shifts of an iCalendar file or address within a span. `known` finds a person by key, name or mail address in lower case; an event that names
 * nobody known is a shift of nobody, so that the gap shows. Throws UnreadableInputError when it cannot be had or read.
 */
export async function readCalendar(source: string, span: CalendarSpan, known: ReadonlyMap<string, string>): Promise<CalendarShift[]> {
  try {
    const text = /^https?:\/\//i.test(source) ? await fetchText(source) : await readFile(source, 'utf8');
    if (!/BEGIN:VCALENDAR/i.test(text)) throw new Error('it is no iCalendar file');
    const events = Object.values(ical.sync.parseICS(text)).filter((entry): entry is VEvent => entry?.type === 'VEVENT');
    return events
      .flatMap((event) => occurrences(event, span.fromMs, span.toMs))
      .map(({ startMs, endMs, event }) => ({
        startMs,
        endMs,
        people: peopleOf(event, known),
        priority: priorityOf(paramText(event.summary)),
      }));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UnreadableInputError(`calendar ${source}: expected an iCalendar file, but ${reason}; correct oncall in the catalog`, {
      cause: error,
    });
  }
}
