// https://github.com/tsenart/vegeta#report-command. Times are nanoseconds.
import { z } from 'zod';
import { UnreadableInputError } from '../../model/errors.js';
import type { LoadResult } from '../../model/load-result.js';
import { readJson } from '../../profile/formats/input/whole-file.js';
import type { LoadFileFormat } from './format.js';
import { countStatuses, durationText, readToolText, requireOneRun, requiredNumber } from './tool-text.js';
import { toolResult } from './tool-result.js';

const perMs = 1e6;
const reportSchema = z.object({
  latencies: z.object({
    mean: z.number(),
    '50th': z.number(),
    '90th': z.number().optional(),
    '95th': z.number(),
    '99th': z.number(),
    max: z.number(),
  }),
  duration: z.number(),
  wait: z.number().default(0),
  requests: z.number(),
  rate: z.number(),
  success: z.number(),
  status_codes: z.record(z.string(), z.number()).default({}),
});

const exactness = 'percentiles estimated by vegeta (t-digest); failed requests are in them';

export const vegetaJson: LoadFileFormat = {
  id: 'vegeta-json',
  expects: 'vegeta report -type=json',
  tool: 'vegeta 12 (JSON)',
  command: 'vegeta report -type=json results.bin > vegeta.json',
  exactness,
  detect: ({ document }) => (isReport(document) ? 'yes' : 'no'),
  read: async (source) => {
    const parsed = reportSchema.safeParse(await readJson(source, 'vegeta'));
    if (!parsed.success) throw new UnreadableInputError(`vegeta: expected the report of vegeta. ${z.prettifyError(parsed.error)}`);
    const { latencies, duration, wait, requests, rate, success, status_codes: statuses } = parsed.data;
    return report({
      durationMs: (duration + wait) / perMs,
      requests,
      rate,
      success,
      statuses,
      percentiles: [
        [50, latencies['50th'] / perMs],
        [90, latencies['90th'] === undefined ? null : latencies['90th'] / perMs],
        [95, latencies['95th'] / perMs],
        [99, latencies['99th'] / perMs],
      ],
      meanMs: latencies.mean / perMs,
      maxMs: latencies.max / perMs,
    });
  },
};

function isReport(document: unknown): boolean {
  return typeof document === 'object' && document !== null && 'latencies' in document && 'success' in document && 'bytes_in' in document;
}

export const vegetaText: LoadFileFormat = {
  id: 'vegeta-text',
  expects: 'the text that vegeta report prints',
  tool: 'vegeta 12 (text)',
  command: 'vegeta report results.bin > vegeta.txt',
  exactness,
  detect: ({ text, isComplete }) =>
    /Latencies\s+\[.*\bmean\b/.test(text) && /Success\s+\[ratio\]/.test(text) ? 'yes' : isComplete ? 'no' : 'maybe',
  read: readText,
};

async function readText(source: AsyncIterable<Uint8Array>): Promise<LoadResult> {
  const text = await readToolText(source, 'vegeta');
  requireOneRun(text, /(?<!\w)Latencies\s+\[/g, 'vegeta');
  const [, names = '', values = ''] = /Latencies\s+\[([^\][]*)\]\s+(.*)/.exec(text) ?? [];
  const told = new Map(names.split(',').map((name, index) => [name.trim(), durationText((values.split(',')[index] ?? '').trim())]));
  const [, took = ''] = /Duration\s+\[total[^\][]*\]\s+([^,\s]+)/.exec(text) ?? [];
  const statuses = [...(/Status Codes\s+\[[^\][]*\]\s+(.*)/.exec(text)?.[1] ?? '').matchAll(/(?<!\d)(\d+):(\d+)/g)];
  return report({
    durationMs: durationText(took),
    requests: requiredNumber(text, /Requests\s+\[[^\][]*\]\s+(\d+)/, 'vegeta: expected the line Requests'),
    rate: requiredNumber(text, /Requests\s+\[total, rate[^\][]*\]\s+\d+,\s+([\d.]+)/, 'vegeta: expected the rate'),
    success: requiredNumber(text, /Success\s+\[ratio\]\s+([\d.]+)%/, 'vegeta: expected the line Success') / 100,
    statuses: Object.fromEntries(statuses.map(([, status, count]) => [status ?? '', Number(count)])),
    percentiles: [50, 90, 95, 99].map((percent) => [percent, told.get(String(percent))]),
    meanMs: told.get('mean') ?? null,
    maxMs: told.get('max') ?? null,
  });
}

interface Report {
  durationMs: number | null;
  requests: number;
  rate: number;
  success: number;
  statuses: Record<string, number>;
  percentiles: readonly (readonly [number, number | null | undefined])[];
  meanMs: number | null;
  maxMs: number | null;
}

function report({ requests, rate, success, statuses, ...told }: Report): LoadResult {
  const { errors } = countStatuses(statuses);
  const failed = Math.round(requests * (1 - success));
  return toolResult({ format: 'vegeta', requests, requestRate: rate, failed, errors, ...told });
}
