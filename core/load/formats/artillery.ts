// https://www.artillery.io/docs/reference/reported-metrics: `--output FILE` of version 2, and the older shape of version 1.
import { z } from 'zod';
import { UnreadableInputError } from '../../model/errors.js';
import type { LoadResult } from '../../model/load-result.js';
import { readJson } from '../../profile/formats/input/whole-file.js';
import type { LoadFileFormat } from './format.js';
import { errorName } from './hey.js';
import { countStatuses } from './tool-text.js';
import { toolResult } from './tool-result.js';

const times = z.object({
  max: z.number().nullish(),
  mean: z.number().nullish(),
  median: z.number().nullish(),
  p50: z.number().nullish(),
  p75: z.number().nullish(),
  p90: z.number().nullish(),
  p95: z.number().nullish(),
  p99: z.number().nullish(),
  p999: z.number().nullish(),
});
type Times = z.infer<typeof times>;
const numbers = z.record(z.string(), z.number());
const secondSchema = z.object({
  aggregate: z.object({
    counters: numbers,
    summaries: z.record(z.string(), times).default({}),
    firstMetricAt: z.number().nullish(),
    lastMetricAt: z.number().nullish(),
    firstCounterAt: z.number().nullish(),
    lastCounterAt: z.number().nullish(),
  }),
});
const firstSchema = z.object({
  aggregate: z.object({
    requestsCompleted: z.number(),
    latency: times,
    rps: z.object({ mean: z.number().nullish() }).optional(),
    codes: numbers.default({}),
    errors: numbers.default({}),
  }),
});

export const artillery: LoadFileFormat = {
  id: 'artillery',
  expects: 'artillery run --output',
  tool: 'Artillery 1 and 2',
  command: 'artillery run --output run.json test.yml',
  exactness: 'percentiles estimated by Artillery (sketch, 1 %); answers of every status are in them',
  detect: ({ document }) => (firstSchema.safeParse(document).success || isSecond(document) ? 'yes' : 'no'),
  read,
};

function isSecond(document: unknown): boolean {
  const parsed = secondSchema.safeParse(document);
  return parsed.success && Object.keys(parsed.data.aggregate.counters).some((name) => /^(vusers|http)\./.test(name));
}

async function read(source: AsyncIterable<Uint8Array>): Promise<LoadResult> {
  const document = await readJson(source, 'artillery');
  const first = firstSchema.safeParse(document);
  if (first.success) return readFirst(first.data.aggregate);
  const second = secondSchema.safeParse(document);
  if (second.success) return readSecond(second.data.aggregate);
  throw new UnreadableInputError(`artillery: expected aggregate with counters and summaries. ${z.prettifyError(second.error)}`);
}

function readSecond(aggregate: z.infer<typeof secondSchema>['aggregate']): LoadResult {
  const { counters, summaries } = aggregate;
  if (counters['http.requests'] === undefined) {
    throw new UnreadableInputError(
      'artillery: expected HTTP requests (the counter http.requests), got a run of another engine; Artillery tells too little about those',
    );
  }
  const statuses = withPrefix(counters, 'http.codes.');
  const thrown = Object.fromEntries(
    Object.entries(withPrefix(counters, 'errors.')).filter(([name]) => !/^Failed capture|^Undefined function/.test(name)),
  );
  const startMs = aggregate.firstMetricAt ?? aggregate.firstCounterAt ?? null;
  const endMs = aggregate.lastMetricAt ?? aggregate.lastCounterAt ?? null;
  return together(statuses, thrown, summaries['http.response_time'] ?? {}, startMs === null || endMs === null ? null : endMs - startMs);
}

function readFirst({ latency, codes, errors, requestsCompleted, rps }: z.infer<typeof firstSchema>['aggregate']): LoadResult {
  const rate = rps?.mean ?? null;
  return together(codes, errors, latency, rate === null || rate === 0 ? null : (requestsCompleted / rate) * 1000);
}

function together(statuses: Record<string, number>, thrown: Record<string, number>, time: Times, durationMs: number | null): LoadResult {
  const { total, failed, errors } = countStatuses(statuses);
  let silent = 0;
  for (const [said, count] of Object.entries(thrown)) {
    silent += count;
    errors[errorName(said)] = (errors[errorName(said)] ?? 0) + count;
  }
  return toolResult({
    format: 'artillery',
    durationMs,
    requests: total + silent,
    requestRate: null,
    failed: failed + silent,
    percentiles: [
      [50, time.median ?? time.p50],
      [75, time.p75],
      [90, time.p90],
      [95, time.p95],
      [99, time.p99],
      [99.9, time.p999],
    ],
    meanMs: time.mean ?? null,
    maxMs: time.max ?? null,
    errors,
  });
}

function withPrefix(counters: Record<string, number>, prefix: string): Record<string, number> {
  const found = Object.entries(counters).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(found.map(([name, count]) => [name.slice(prefix.length), count]));
}
