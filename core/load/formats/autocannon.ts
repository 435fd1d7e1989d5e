// https://github.com/mcollina/autocannon: `--json`. Times are milliseconds, whole ones below version 5.
import { z } from 'zod';
import { UnreadableInputError } from '../../model/errors.js';
import type { LoadResult } from '../../model/load-result.js';
import { readJson } from '../../profile/formats/input/whole-file.js';
import { timeoutKey } from '../own-metrics.js';
import type { LoadFileFormat } from './format.js';
import { toolResult } from './tool-result.js';

const number = z.number();
const fileSchema = z.object({
  latency: z.object({
    average: number.optional(),
    mean: number.optional(),
    max: number,
    p50: number,
    p75: number.optional(),
    p90: number.optional(),
    p97_5: number.optional(),
    p99: number,
    p99_9: number.optional(),
  }),
  requests: z.object({ total: number, average: number.optional() }),
  duration: number,
  errors: number.default(0),
  timeouts: number.default(0),
  non2xx: number.default(0),
});

export const autocannon: LoadFileFormat = {
  id: 'autocannon',
  expects: 'autocannon --json',
  tool: 'autocannon 4 to 8',
  command: 'autocannon --json -d 30 -c 20 URL > autocannon.json',
  exactness: 'whole milliseconds; no p95, which p90 and p97.5 bound',
  detect: ({ document }) =>
    typeof document === 'object' && document !== null && 'non2xx' in document && 'latency' in document ? 'yes' : 'no',
  read,
};

async function read(source: AsyncIterable<Uint8Array>): Promise<LoadResult> {
  const parsed = fileSchema.safeParse(await readJson(source, 'autocannon'));
  if (!parsed.success) throw new UnreadableInputError(`autocannon: expected its JSON. ${z.prettifyError(parsed.error)}`);
  const { latency, requests, duration, errors, timeouts, non2xx } = parsed.data;
  // autocannon counts time-outs among its errors, and neither among its requests.
  const silent = Math.max(errors, timeouts);
  const counts = { 'not 2xx': non2xx, [timeoutKey]: timeouts, 'connection failed': silent - timeouts };
  return toolResult({
    format: 'autocannon',
    durationMs: duration * 1000,
    requests: requests.total + silent,
    requestRate: requests.average ?? null,
    failed: non2xx + silent,
    percentiles: [
      [50, latency.p50],
      [75, latency.p75],
      [90, latency.p90],
      [97.5, latency.p97_5],
      [99, latency.p99],
      [99.9, latency.p99_9],
    ],
    meanMs: latency.mean ?? latency.average ?? null,
    maxMs: latency.max,
    errors: Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
  });
}
