// https://docs.locust.io/en/stable/retrieving-stats.html: `--json` prints the statistics of each endpoint with a histogram of its response times.
import { z } from 'zod';
import { UnreadableInputError } from '../../model/errors.js';
import type { LoadResult } from '../../model/load-result.js';
import { readJson } from '../../profile/formats/input/whole-file.js';
import type { LoadFileFormat } from './format.js';
import { togetherNote } from './request-tally.js';
import { toolResult } from './tool-result.js';

const count = z.number().min(0);
const fileSchema = z
  .array(
    z.object({
      name: z.string(),
      method: z.string().nullish(),
      start_time: z.number(),
      last_request_timestamp: z.number().nullish(),
      num_requests: count,
      num_failures: count,
      total_response_time: count,
      max_response_time: count,
      /** How many requests took so many milliseconds. */
      response_times: z.record(z.string(), count),
    }),
  )
  .min(1);
type Endpoint = z.infer<typeof fileSchema>[number];

export const locustJson: LoadFileFormat = {
  id: 'locust-json',
  expects: 'locust --json',
  tool: 'Locust 2',
  command: 'locust --headless -u 20 -r 20 -t 60s --json > locust.json',
  exactness: 'counted from the histogram, whose times Locust rounds to two digits; failed requests are in it',
  detect: ({ document }) => (fileSchema.safeParse(document).success ? 'yes' : 'no'),
  read,
};

const percents = [50, 66, 75, 80, 90, 95, 98, 99, 99.9, 99.99];

async function read(source: AsyncIterable<Uint8Array>): Promise<LoadResult> {
  const parsed = fileSchema.safeParse(await readJson(source, 'locust'));
  if (!parsed.success) throw new UnreadableInputError(`locust: expected the list that --json prints. ${z.prettifyError(parsed.error)}`);
  const endpoints = parsed.data;
  const sum = (of: (endpoint: Endpoint) => number): number => endpoints.reduce((all, endpoint) => all + of(endpoint), 0);
  const requests = sum((endpoint) => endpoint.num_requests);
  const times = histogramOf(endpoints);
  const timed = times.reduce((all, { requests: many }) => all + many, 0);
  if (timed > requests)
    throw new UnreadableInputError(`locust: expected at most ${requests} response times, got ${timed}; give the unmodified output`);
  const started = Math.min(...endpoints.map(({ start_time: at }) => at));
  const ended = Math.max(...endpoints.map(({ last_request_timestamp: at }) => at ?? 0));
  return toolResult({
    format: 'locust-json',
    durationMs: ended > started ? (ended - started) * 1000 : null,
    requests,
    requestRate: null,
    failed: sum((endpoint) => endpoint.num_failures),
    percentiles: percents.map((percent) => [percent, percentileOf(times, timed, percent / 100)]),
    meanMs: timed === 0 ? null : sum((endpoint) => endpoint.total_response_time) / timed,
    maxMs: Math.max(...endpoints.map(({ max_response_time: most }) => most)),
    notes: [
      'Locust rounds its percentiles to two digits',
      ...togetherNote(endpoints.map(({ method, name }) => `${method ?? ''} ${name}`.trim())),
    ],
  });
}

interface Bin {
  ms: number;
  requests: number;
}

function histogramOf(endpoints: readonly Endpoint[]): Bin[] {
  const bins = new Map<number, number>();
  for (const { response_times: times } of endpoints) {
    for (const [text, requests] of Object.entries(times)) {
      const ms = Number(text);
      if (!Number.isFinite(ms) || ms < 0) throw new UnreadableInputError(`locust: expected response times in milliseconds, got "${text}"`);
      bins.set(ms, (bins.get(ms) ?? 0) + requests);
    }
  }
  return [...bins].map(([ms, requests]) => ({ ms, requests })).sort((a, b) => a.ms - b.ms);
}

/** As Locust does it: the shortest time that so many requests did not exceed. */
function percentileOf(bins: readonly Bin[], requests: number, quantile: number): number | null {
  let left = requests - Math.floor(requests * quantile);
  for (const bin of bins.toReversed()) {
    left -= bin.requests;
    if (left <= 0) return bin.ms;
  }
  return bins[0]?.ms ?? null;
}
