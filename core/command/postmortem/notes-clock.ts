/** What a line of notes says of its time. */

export interface DateParts {
  year: number;
  month: number;
  day: number;
}

export interface ClockParts {
  hour: number;
  minute: number;
  second: number;
}

/** How a line begins; `rest` is what it tells. */
export type LineTime =
  | { kind: 'instant'; atMs: number; rest: string }
  | { kind: 'local'; date: DateParts | null; clock: ClockParts; isUtc: boolean; rest: string }
  | { kind: 'after-line'; ms: number; rest: string }
  | { kind: 'after-t0'; ms: number; rest: string }
  | { kind: 'unclear'; why: string };

const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };
/** Names that mean several zones; which one, only the writer knows. */
const ambiguousZones = /^(?:PT|PST|PDT|ET|EST|EDT|CT|CST|CDT|MT|MST|MDT|CET|CEST|EET|EEST|BST|IST|JST|AEST|AEDT)\b/;

const iso = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s?(Z|UTC|GMT|[+-]\d{2}:?\d{2})?(?!\d|:\d)/i;
const clock = /^(\d{1,2})(?::(\d{2})(?::(\d{2}))?|h(\d{2}))(?!\d|:\d)\s?([ap]\.?m\.?)?(?![a-z\d])/i;
const unit = String.raw`(?:s(?:ec(?:onds?)?)?|m(?:in(?:utes?)?)?|h(?:ours?)?)`;
const afterT0 = new RegExp(String.raw`^T\s?([+-])\s?(\d{1,5})(?:\s?(${unit}))?(?!\w)(?!:\d)`, 'i');
const afterLine = new RegExp(String.raw`^\+\s?(\d{1,5})\s?(${unit})(?!\w)`, 'i');

function msOf(count: string | undefined, unitName: string | undefined): number {
  return Number(count) * (unitMs[unitName?.charAt(0).toLowerCase() ?? 'm'] ?? 0);
}

function restOf(text: string, matched: string): string {
  return text
    .slice(matched.length)
    .replace(/^(?:\*\*|[\])|])+/, '')
    .replace(/^\s*(?:[-–—:|>→]+\s*)?/, '')
    .replace(/\|\s*$/, '')
    .trim();
}

/** Bullets, brackets and table bars before a time. */
function bare(line: string): string {
  return line.replace(/^[\s|]*(?:[-*•]\s+)?[[(]?\s*(?:\*\*)?/, '');
}

function clockOf(hour: number, minute: number, second: number, half: string | undefined): ClockParts | null {
  const isAfternoon = /^p/i.test(half ?? '');
  if (half !== undefined && (hour < 1 || hour > 12)) return null;
  const hours = half === undefined ? hour : (hour % 12) + (isAfternoon ? 12 : 0);
  return hours > 23 || minute > 59 || second > 59 ? null : { hour: hours, minute, second };
}

function isoTime(text: string): LineTime | null {
  const found = iso.exec(text);
  if (found === null) return null;
  const [matched, year, month, day, hour, minute, second = '0', zone] = found;
  const rest = restOf(text, matched);
  const parts = clockOf(Number(hour), Number(minute), Number(second), undefined);
  const date = { year: Number(year), month: Number(month), day: Number(day) };
  if (parts === null || !isDate(date)) return { kind: 'unclear', why: `${matched} is no time` };
  if (zone === undefined) return { kind: 'local', date, clock: parts, isUtc: false, rest };
  const offset = /^[a-z]/i.test(zone) ? 'Z' : zone.replace(/^(.\d{2}):?/, '$1:');
  const pad = (value: number): string => String(value).padStart(2, '0');
  const atMs = Date.parse(`${year}-${month}-${day}T${pad(parts.hour)}:${pad(parts.minute)}:${pad(parts.second)}${offset}`);
  return Number.isNaN(atMs) ? { kind: 'unclear', why: `${matched} is no time` } : { kind: 'instant', atMs, rest };
}

function clockTime(text: string): LineTime | null {
  const found = clock.exec(text);
  if (found === null) return null;
  const [matched, hour, minute, second = '0', minuteAfterH, half] = found;
  const parts = clockOf(Number(hour), Number(minute ?? minuteAfterH), Number(second), half);
  if (parts === null) return { kind: 'unclear', why: `${matched.trim()} is no time` };
  const after = text.slice(matched.length).trimStart();
  const [ambiguous] = ambiguousZones.exec(after) ?? [];
  if (ambiguous !== undefined)
    return { kind: 'unclear', why: `${ambiguous} is not one zone; write the time in UTC or name a zone such as Europe/Berlin` };
  const [utc] = /^(?:UTC|GMT|Z)(?![\w+-])/.exec(after) ?? [];
  const rest = restOf(after, utc ?? '');
  return { kind: 'local', date: null, clock: parts, isUtc: utc !== undefined, rest };
}

export function isDate({ year, month, day }: DateParts): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

/** The time at the begin of a line; null: it begins with none. */
export function lineTime(line: string): LineTime | null {
  const text = bare(line);
  const t0 = afterT0.exec(text);
  if (t0 !== null) {
    const [matched, sign, count, unitName] = t0;
    const ms = msOf(count, unitName) * (sign === '-' ? -1 : 1);
    return { kind: 'after-t0', ms, rest: restOf(text, matched) };
  }
  const relative = afterLine.exec(text);
  if (relative !== null) {
    const [matched, count, unitName] = relative;
    return { kind: 'after-line', ms: msOf(count, unitName), rest: restOf(text, matched) };
  }
  return isoTime(text) ?? clockTime(text);
}

/** `name  14:05` or `name [2:05 PM]` alone on a line, as chats copy it; what was said stands below. */
export function chatHead(line: string): { name: string; clock: ClockParts } | null {
  const [, name, hour, minute, half] =
    /^(\p{L}[\p{L}\p{N} ._-]{0,60}?)\s+\[?(\d{1,2}):(\d{2})(?:\s?([AP]M))?\]?$/iu.exec(line.trim()) ?? [];
  const parts = clockOf(Number(hour), Number(minute), 0, half);
  return name === undefined || parts === null ? null : { name, clock: parts };
}
