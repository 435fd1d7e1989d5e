// https://github.com/wg/wrk and wrk2 (https://github.com/giltene/wrk2), which prints an HDR histogram of the latency from the intended start.
import { UnreadableInputError } from '../../model/errors.js';
import type { LoadResult } from '../../model/load-result.js';
import { timeoutKey } from '../own-metrics.js';
import type { LoadFileFormat } from './format.js';
import { durationText, numberIn, readToolText, requireOneRun, requiredNumber } from './tool-text.js';
import { toolResult } from './tool-result.js';

export const wrk: LoadFileFormat = {
  id: 'wrk',
  expects: 'the text that wrk or wrk2 prints',
  tool: 'wrk 4.1, wrk2 4.0',
  command: 'wrk --latency -t2 -c20 -d30s URL > wrk.txt',
  exactness:
    'as printed (three digits); wrk tells p50, p75, p90, p99 and the maximum, so that p95 is bounded; wrk2 tells p95 with --latency',
  detect: ({ text, isComplete }) =>
    (/Running .+ test @ |Making \d+ requests to /.test(text) && /\d requests in /.test(text)) ||
    /Thread Stats\s+Avg\s+Stdev\s+(?:Max|99%)/.test(text)
      ? 'yes'
      : isComplete
        ? 'no'
        : 'maybe',
  read,
};

async function read(source: AsyncIterable<Uint8Array>): Promise<LoadResult> {
  const text = await readToolText(source, 'wrk');
  requireOneRun(text, /(?<!\d)\d+ requests in [\d.]+[a-z]/g, 'wrk');
  const requests = requiredNumber(text, /(?<!\d)(\d+) requests in /, 'wrk: expected "N requests in …"');
  const took = /\d requests in ([\d.]+[a-z]+)/.exec(text)?.[1] ?? '';
  const [, mean = '', max = ''] = /Latency\s+([\d.]+[a-z]+)\s+[\d.]+[a-z]+\s+([\d.]+[a-z]+)/.exec(text) ?? [];
  if (durationText(mean) === null && requests > 0) {
    throw new UnreadableInputError('wrk: expected the line "Latency  avg  stdev  max", got none; give the whole output');
  }
  const status = numberIn(text, /Non-2xx or 3xx responses: (\d+)/) ?? 0;
  const [, socketErrors = ''] = /Socket errors:(.*)/.exec(text) ?? [];
  const [connect, readErrors, write, timeout] = ['connect', 'read', 'write', 'timeout'].map(
    (kind) => numberIn(socketErrors, new RegExp(`\\b${kind} (\\d+)`)) ?? 0,
  );
  const silent = (connect ?? 0) + (readErrors ?? 0) + (write ?? 0) + (timeout ?? 0);
  return toolResult({
    format: 'wrk',
    durationMs: durationText(took),
    requests: requests + silent,
    requestRate: numberIn(text, /Requests\/sec:\s*([\d.]+)/),
    failed: Math.min(requests + silent, status + silent),
    percentiles: percentilesOf(text),
    meanMs: durationText(mean),
    // Some builds of wrk2 print the 99th percentile in that column, and say so above it.
    maxMs: /Thread Stats\s+Avg\s+Stdev\s+99%/.test(text) ? null : durationText(max),
    errors: named({
      'not 2xx or 3xx': status,
      'connection failed': (connect ?? 0) + (readErrors ?? 0) + (write ?? 0),
      [timeoutKey]: timeout ?? 0,
    }),
  });
}

/** `     50%   13.98ms`, and wrk2's spectrum: value in ms, quantile, count, 1/(1-quantile). */
function percentilesOf(text: string): (readonly [number, number | null])[] {
  const listed = [...text.matchAll(/^.*?\b(\d+(?:\.\d+)?)%\s+([\d.]+[a-z]+)\s*$/gm)].map(([, percent, value]) => {
    return [Number(percent), durationText(value ?? '')] as const;
  });
  const spectrum = [...text.matchAll(/^[ \t]*(\d+\.\d+)[ \t]+(0\.\d{6}|1\.000000)[ \t]+\d+[ \t]+(?:\d+\.\d+|inf)[ \t]*$/gm)].map(
    ([, ms, share]) => {
      return [Number(share) * 100, Number(ms)] as const;
    },
  );
  const p95 = spectrum.find(([percent]) => Math.abs(percent - 95) < 1e-6);
  return p95 === undefined ? listed : [...listed, [95, p95[1]]];
}

function named(counts: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}
