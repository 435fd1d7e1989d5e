// https://docs.gatling.io/reference/stats/reports/: js/stats.json, js/global_stats.json or js/stats.js of a report, and the summary on the console.
import { z } from 'zod';
import { UnreadableInputError } from '../../model/errors.js';
import type { LoadResult } from '../../model/load-result.js';
import { readJson } from '../../profile/formats/input/whole-file.js';
import type { LoadFileFormat } from './format.js';
import { togetherNote } from './request-tally.js';
import { readToolText } from './tool-text.js';
import { toolResult } from './tool-result.js';

/** Version 3.12 and later write numbers as text, `-` for none. */
const count = z.union([z.number(), z.string().transform(printedCount)]);
const counts = z.object({ total: count, ok: count, ko: count });
const statsSchema = z.object({
  name: z.string().default(''),
  numberOfRequests: counts,
  maxResponseTime: counts.optional(),
  meanResponseTime: counts,
  percentiles1: counts.optional(),
  percentiles2: counts.optional(),
  percentiles3: counts.optional(),
  percentiles4: counts.optional(),
  meanNumberOfRequestsPerSecond: counts,
});
type Stats = z.infer<typeof statsSchema>;
const nodeSchema = z.object({ stats: statsSchema, contents: z.record(z.string(), z.object({ name: z.string().default('') })).optional() });

const assumed = 'the percentiles are taken for the default ones of gatling.conf (50, 75, 95, 99)';

export const gatlingJson: LoadFileFormat = {
  id: 'gatling-json',
  expects: "Gatling's js/stats.json, js/global_stats.json or js/stats.js",
  tool: 'Gatling 3 (report)',
  command: 'js/stats.json or js/global_stats.json of the report folder',
  exactness: 'whole milliseconds; percentiles of answered requests, taken for the default ones (50, 75, 95, 99)',
  detect: ({ document }) => (statsSchema.safeParse(document).success || nodeSchema.safeParse(document).success ? 'yes' : 'no'),
  read: async (source) => {
    const document = await readJson(source, 'gatling');
    const node = nodeSchema.safeParse(document);
    if (node.success)
      return fromStats(
        node.data.stats,
        Object.values(node.data.contents ?? {}).map(({ name }) => name),
      );
    const stats = statsSchema.safeParse(document);
    if (stats.success) return fromStats(stats.data, []);
    throw new UnreadableInputError(`gatling: expected the stats of a report. ${z.prettifyError(stats.error)}`);
  },
};

function fromStats(stats: Stats, names: readonly string[]): LoadResult {
  const { total, ok, ko } = stats.numberOfRequests;
  const rate = stats.meanNumberOfRequestsPerSecond.total;
  const part = ok > 0 ? 'ok' : 'total';
  return toolResult({
    format: 'gatling',
    durationMs: rate > 0 ? (total / rate) * 1000 : null,
    requests: total,
    requestRate: rate,
    failed: ko,
    percentiles: [
      [50, stats.percentiles1?.[part]],
      [75, stats.percentiles2?.[part]],
      [95, stats.percentiles3?.[part]],
      [99, stats.percentiles4?.[part]],
    ],
    meanMs: stats.meanResponseTime[part],
    maxMs: stats.maxResponseTime?.[part] ?? null,
    errors: ko > 0 ? { KO: ko } : {},
    notes: [assumed, ...togetherNote(names)],
  });
}

/** Since 3.12 a report holds no JSON, but a script that assigns the same numbers to a variable. */
export const gatlingScript: LoadFileFormat = {
  id: 'gatling-script',
  expects: "Gatling's js/stats.json, js/global_stats.json or js/stats.js",
  tool: 'Gatling 3.12 and later (report)',
  command: 'js/stats.js of the report folder',
  exactness: gatlingJson.exactness,
  detect: ({ text }) => (/^\s*var stats = \{/.test(text) ? 'yes' : 'no'),
  read: async (source) => {
    const text = await readToolText(source, 'gatling');
    const [all = ''] = text.split(/^[ \t]*contents:/m, 1);
    const told = Object.fromEntries([...all.matchAll(scriptNumbers)].map(([, name, total, ok, ko]) => [name ?? '', { total, ok, ko }]));
    const stats = statsSchema.safeParse(told);
    if (!stats.success) throw new UnreadableInputError(`gatling: expected the stats of a report. ${z.prettifyError(stats.error)}`);
    return fromStats(
      stats.data,
      [...text.matchAll(/type: "REQUEST",\s*name: "([^"]*)"/g)].map(([, name]) => name ?? ''),
    );
  },
};

const scriptNumbers = /"(\w+)": \{\s*"total": "([^"]*)",\s*"ok": "([^"]*)",\s*"ko": "([^"]*)"/g;

function printedCount(cell: string): number {
  const digits = cell.replaceAll(/[,\s]/g, '');
  return digits === '' || digits === '-' ? 0 : Number(digits);
}

export const gatlingText: LoadFileFormat = {
  id: 'gatling-text',
  expects: 'the summary that Gatling prints',
  tool: 'Gatling 3 (console)',
  command: 'the block "Global Information" at the end of the console output',
  exactness: 'whole milliseconds; percentiles of answered requests where they are printed apart',
  detect: ({ text, isComplete }) =>
    /- Global Information -/.test(text) && /request count/.test(text) ? 'yes' : isComplete ? 'no' : 'maybe',
  read: readText,
};

/** `> request count   |   6,000 |   5,997 |   3` or, before 3.12, `> request count   6000 (OK=5997   KO=3     )`. */
function cellsOf(text: string, name: RegExp): { total: number; ok: number; ko: number } | null {
  const line = new RegExp(`> ${name.source}\\s+(.*)`).exec(text)?.[1] ?? '';
  const number = (cell: string | undefined): number => printedCount(cell ?? '');
  const old = /^([\d.,-]+)\s+\(OK=([\d.,-]+)\s+KO=([\d.,-]+)/.exec(line);
  const cells = old?.slice(1) ?? line.replace(/^\|/, '').split('|');
  if (line === '' || cells.length < 3) return null;
  return { total: number(cells[0]), ok: number(cells[1]), ko: number(cells[2]) };
}

async function readText(source: AsyncIterable<Uint8Array>): Promise<LoadResult> {
  const whole = await readToolText(source, 'gatling');
  // Progress blocks come before it; the last one is the result.
  const text = whole.slice(whole.lastIndexOf('Global Information'));
  const requests = cellsOf(text, /request count/);
  if (requests === null)
    throw new UnreadableInputError(
      'gatling: expected the line "request count" below "Global Information", got none; give the whole output',
    );
  const part = requests.ok > 0 ? 'ok' : 'total';
  const timeOf = (name: RegExp): number | null => cellsOf(text, name)?.[part] ?? null;
  const rate = cellsOf(text, /mean (?:throughput \(rps\)|requests\/sec)/)?.total ?? null;
  const percentiles = [...text.matchAll(/> response time (\d+(?:\.\d+)?)th percentile/g)].map(
    ([, percent]) => [Number(percent), timeOf(new RegExp(`response time ${percent ?? ''}th percentile(?: \\(ms\\))?`))] as const,
  );
  return toolResult({
    format: 'gatling',
    durationMs: rate === null || rate === 0 ? null : (requests.total / rate) * 1000,
    requests: requests.total,
    requestRate: rate,
    failed: requests.ko,
    percentiles,
    meanMs: timeOf(/mean response time(?: \(ms\))?/),
    maxMs: timeOf(/max response time(?: \(ms\))?/),
    errors: requests.ko > 0 ? { KO: requests.ko } : {},
  });
}
