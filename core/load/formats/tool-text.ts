import { UnreadableInputError } from '../../model/errors.js';
import { readAllBytes } from '../../profile/formats/input/whole-file.js';
import { textEncodingOf } from '../../profile/formats/input/text-lines.js';

const unitMs: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  msec: 1,
  s: 1000,
  sec: 1000,
  secs: 1000,
  seconds: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** `635.91us`, `1.2 secs`, Go's `1m2.5s` → milliseconds; null when it is no duration with a unit. */
export function durationText(text: string): number | null {
  const parts = [...text.trim().matchAll(/(?<!\d)(\d+(?:\.\d+)?)\s*([a-zµμ]+)/gi)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text.trim()) return null;
  let totalMs = 0;
  for (const [, value, unit] of parts) {
    const factor = unitMs[(unit ?? '').toLowerCase()];
    if (factor === undefined) return null;
    totalMs += Number(value) * factor;
  }
  return totalMs;
}

/** What a terminal adds: colours and cursor movements. */
export function withoutColours(text: string): string {
  return text.replaceAll(/\u001b\[[0-9;?]*[A-Za-z]/g, '').replaceAll('\r\n', '\n');
}

/** A printed result as text; at most 256 MB. */
export async function readToolText(source: AsyncIterable<Uint8Array>, what: string): Promise<string> {
  const bytes = await readAllBytes(source, what);
  return withoutColours(new TextDecoder(textEncodingOf(bytes)).decode(bytes));
}

/** Several runs pasted into one text: each would be judged by a part of it. `mark` is global and finds the line that every run prints once. */
export function requireOneRun(text: string, mark: RegExp, what: string): void {
  const runs = text.match(mark)?.length ?? 0;
  if (runs > 1) throw new UnreadableInputError(`${what}: expected the result of one run, got ${runs} in one text; give them one by one`);
}

/** The number that the first group of a pattern finds; null when it is not there. */
export function numberIn(text: string, pattern: RegExp): number | null {
  const found = pattern.exec(text)?.[1];
  return found === undefined ? null : Number(found.replaceAll(',', ''));
}

/** The same, but the file is cut off or of another version without it. */
export function requiredNumber(text: string, pattern: RegExp, where: string): number {
  const value = numberIn(text, pattern);
  if (value !== null && Number.isFinite(value)) return value;
  throw new UnreadableInputError(`${where}, which is not in this text; give the tool's whole output, to its last line`);
}

/** `[200]	5997 responses`: counts by status, and how many of them are 4xx, 5xx or no status at all. */
export function countStatuses(statuses: Record<string, number>): { total: number; failed: number; errors: Record<string, number> } {
  const errors: Record<string, number> = {};
  let total = 0;
  let failed = 0;
  for (const [status, count] of Object.entries(statuses)) {
    total += count;
    if (/^[123]\d\d$/.test(status)) continue;
    failed += count;
    if (count > 0)
      errors[/^\d{3}$/.test(status) ? `HTTP ${status}` : 'no answer'] =
        (errors[/^\d{3}$/.test(status) ? `HTTP ${status}` : 'no answer'] ?? 0) + count;
  }
  return { total, failed, errors };
}
