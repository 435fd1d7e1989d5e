// https://github.com/hatoo/oha. Times are seconds.
import { z } from 'zod';
import { UnreadableInputError } from '../../model/errors.js';
import type { LoadResult } from '../../model/load-result.js';
import { readJson } from '../../profile/formats/input/whole-file.js';
import type { LoadFileFormat } from './format.js';
import { errorName } from './hey.js';
import { countStatuses, durationText, numberIn, readToolText, requireOneRun } from './tool-text.js';
import { toolResult } from './tool-result.js';

const counts = z.record(z.string(), z.number()).default({});
const fileSchema = z.object({
  summary: z.object({
    total: z.number(),
    slowest: z.number().nullable(),
    average: z.number().nullable(),
    requestsPerSec: z.number().nullable(),
  }),
  latencyPercentiles: z.record(z.string(), z.number().nullable()).default({}),
  statusCodeDistribution: counts,
  errorDistribution: counts,
});
const exactness = 'exact percentiles of answered requests; errors apart, those aborted at the deadline left out';

export const ohaJson: LoadFileFormat = {
  id: 'oha-json',
  expects: 'oha --output-format json',
  tool: 'oha 1 (JSON)',
  command: 'oha --no-tui --output-format json -z 30s URL > oha.json',
  exactness,
  detect: ({ document }) =>
    typeof document === 'object' && document !== null && 'latencyPercentiles' in document && 'summary' in document ? 'yes' : 'no',
  read: async (source) => {
    const parsed = fileSchema.safeParse(await readJson(source, 'oha'));
    if (!parsed.success) throw new UnreadableInputError(`oha: expected its JSON. ${z.prettifyError(parsed.error)}`);
    const { summary, latencyPercentiles, statusCodeDistribution, errorDistribution } = parsed.data;
    const inMs = (seconds: number | null): number | null => (seconds === null ? null : seconds * 1000);
    return result({
      totalMs: summary.total * 1000,
      rate: summary.requestsPerSec,
      percentiles: Object.entries(latencyPercentiles).map(([name, seconds]) => [Number(name.slice(1)), inMs(seconds)]),
      meanMs: inMs(summary.average),
      maxMs: inMs(summary.slowest),
      statuses: statusCodeDistribution,
      thrown: errorDistribution,
    });
  },
};

export const ohaText: LoadFileFormat = {
  id: 'oha-text',
  expects: 'the text that oha prints',
  tool: 'oha 1 (text)',
  command: 'oha --no-tui -z 30s URL > oha.txt',
  exactness,
  detect: ({ text, isComplete }) =>
    /Success rate:/.test(text) && /Requests\/sec:/.test(text) && /Slowest:/.test(text) ? 'yes' : isComplete ? 'no' : 'maybe',
  read: readText,
};

async function readText(source: AsyncIterable<Uint8Array>): Promise<LoadResult> {
  const text = await readToolText(source, 'oha');
  requireOneRun(text, /(?<![\w/])Requests\/sec:/g, 'oha');
  const time = (name: string): number | null => durationText(new RegExp(`${name}:\\s+([\\d.]+ ?[a-z]+)`).exec(text)?.[1] ?? '');
  const percentiles = [...text.matchAll(/(?<![\d.])([\d.]+)% in ([\d.]+ ?[a-z]+)/g)].map(
    ([, percent, value]) => [Number(percent), durationText(value ?? '')] as const,
  );
  const statuses = [...text.matchAll(/\[(\d{3})\] (\d+) responses/g)].map(([, status, count]) => [status ?? '', Number(count)] as const);
  const thrown = [...(text.split('Error distribution:')[1] ?? '').matchAll(/\[(\d+)\]\s+(\S.*)/g)].map(
    ([, count, said]) => [said ?? '', Number(count)] as const,
  );
  const totalMs = time('Total');
  if (totalMs === null) throw new UnreadableInputError('oha: expected the line "Total:" with a duration, got none; give the whole output');
  return result({
    totalMs,
    rate: numberIn(text, /Requests\/sec:\s+([\d.]+)/),
    percentiles,
    meanMs: time('Average'),
    maxMs: time('Slowest'),
    statuses: Object.fromEntries(statuses),
    thrown: Object.fromEntries(thrown),
  });
}

interface Told {
  totalMs: number;
  rate: number | null;
  percentiles: readonly (readonly [number, number | null])[];
  meanMs: number | null;
  maxMs: number | null;
  statuses: Record<string, number>;
  thrown: Record<string, number>;
}

function result({ totalMs, rate, percentiles, meanMs, maxMs, statuses, thrown }: Told): LoadResult {
  const { total, failed, errors } = countStatuses(statuses);
  let silent = 0;
  for (const [said, count] of Object.entries(thrown)) {
    // Requests in flight when the time was over; they are neither answers nor failures.
    if (said.includes('aborted due to deadline')) continue;
    silent += count;
    errors[errorName(said)] = (errors[errorName(said)] ?? 0) + count;
  }
  return toolResult({
    format: 'oha',
    durationMs: totalMs,
    requests: total + silent,
    requestRate: rate,
    failed: failed + silent,
    percentiles,
    meanMs: total === 0 ? null : meanMs,
    maxMs: total === 0 ? null : maxMs,
    errors,
  });
}
