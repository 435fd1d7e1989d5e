import { z } from 'zod';
import type { SubWindow } from '../model/load-result.js';
import { notAllowedKey, timeoutKey } from './own-metrics.js';
import { quantile } from './statistics.js';

const pointSchema = z.object({
  metric: z.literal('http_req_duration'),
  type: z.literal('Point'),
  data: z.object({
    time: z.string(),
    value: z.number(),
    tags: z.object({ expected_response: z.string(), status: z.string(), error_code: z.string(), group: z.string() }).partial(),
  }),
});

interface Slice {
  durationsMs: number[];
  requests: number;
  failed: number;
}

/** Reads the stream that `--out json` writes, line by line: sub-windows and errors of a script that is not ours. */
export interface PointReader {
  add: (line: string) => void;
  subWindows: () => SubWindow[];
  errors: () => Record<string, number>;
  /** Requests that setup and teardown made; k6 counts them with the load. */
  outsideOfLoad: () => number;
}

/** Percentiles need every value in memory, eight bytes each; beyond this many the sub-windows are left out. */
const pointsKept = 5_000_000;

/** `parseTime` turns k6's RFC 3339 into milliseconds. Windows are equal slices of `durationMs` from the first request's end. */
export function createPointReader(durationMs: number, windows: number, parseTime: (text: string) => number): PointReader {
  const slices = Array.from({ length: windows }, (): Slice => ({ durationsMs: [], requests: 0, failed: 0 }));
  const errors: Record<string, number> = {};
  const windowMs = durationMs / windows;
  let start: number | null = null;
  let count = 0;
  let outside = 0;
  return {
    add: (line) => {
      // Twelve of thirteen lines are about other metrics; parsing them all would cost more than the load.
      if (!line.includes('"metric":"http_req_duration"') || !line.includes('"Point"')) return;
      const point = parsePoint(line);
      if (point === null) return;
      const endedAt = parseTime(point.data.time);
      start ??= endedAt;
      const slice = slices[Math.min(windows - 1, Math.max(0, Math.floor((endedAt - start) / windowMs)))];
      if (slice === undefined || ++count > pointsKept) return;
      slice.requests++;
      const { expected_response: expected, status = '0', error_code: code = '', group = '' } = point.data.tags;
      if (isOutsideOfLoad(group)) outside++;
      if (expected === 'false') {
        slice.failed++;
        const name = answerName(status, code);
        errors[name] = (errors[name] ?? 0) + 1;
      } else slice.durationsMs.push(point.data.value);
    },
    subWindows: () => (count > pointsKept ? [] : slices.flatMap((slice, index) => summarize(slice, index, windowMs))),
    errors: () => errors,
    outsideOfLoad: () => outside,
  };
}

/** Whether a point's group is what k6 calls setup or teardown. */
export function isOutsideOfLoad(group: string): boolean {
  return /^::(?:setup|teardown)(?:::|$)/.test(group);
}

export function outsideNotes(outside: number, requests: number): string[] {
  if (outside === 0) return [];
  return [`${outside} of the ${requests} requests were made by the script's setup or teardown, and k6 counts their times with the load's`];
}

function parsePoint(line: string): z.infer<typeof pointSchema> | null {
  try {
    return pointSchema.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}

function summarize(slice: Slice, index: number, windowMs: number): SubWindow[] {
  const sorted = slice.durationsMs.sort((a, b) => a - b);
  if (sorted.length === 0) return [];
  const meanMs = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  return [
    {
      startMs: index * windowMs,
      durationMs: windowMs,
      requests: slice.requests,
      p50Ms: quantile(sorted, 0.5),
      p95Ms: quantile(sorted, 0.95),
      meanMs,
      failedRatio: slice.failed / slice.requests,
    },
  ];
}

/** The same names as our own script counts by. */
export function answerName(status: string, code: string): string {
  if (status !== '0') return `HTTP ${status}`;
  if (code === '1050' || code === '1211') return timeoutKey;
  if (code === '1212') return 'connection refused';
  if (code === '1220') return 'connection reset';
  if (code === '1110' || code === '1111') return notAllowedKey;
  if (code.startsWith('11')) return 'name not resolved';
  if (code.startsWith('13')) return 'TLS failure';
  return 'no answer';
}
