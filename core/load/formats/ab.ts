// https://httpd.apache.org/docs/2.4/programs/ab.html
import type { LoadResult } from '../../model/load-result.js';
import type { LoadFileFormat } from './format.js';
import { numberIn, readToolText, requireOneRun, requiredNumber } from './tool-text.js';
import { toolResult } from './tool-result.js';

export const ab: LoadFileFormat = {
  id: 'ab',
  expects: 'the text that ab (ApacheBench) prints',
  tool: 'ab 2.3',
  command: 'ab -t 30 -c 20 URL > ab.txt',
  exactness: 'percentiles in whole milliseconds; failed requests are in them',
  detect: ({ text, isComplete }) =>
    /Concurrency Level:\s+\d+/.test(text) && /Complete requests:/.test(text) ? 'yes' : isComplete ? 'no' : 'maybe',
  read,
};

async function read(source: AsyncIterable<Uint8Array>): Promise<LoadResult> {
  const text = await readToolText(source, 'ab');
  requireOneRun(text, /(?<!\w)Complete requests:/g, 'ab');
  const number = (line: string): number => requiredNumber(text, new RegExp(`${line}:\\s+([\\d.]+)`), `ab: expected the line "${line}"`);
  const requests = number('Complete requests');
  const [failures = ''] = /\((?:Connect|Receive|Length|Exceptions): .*/.exec(text) ?? [];
  const kinds = ['Connect', 'Receive', 'Length', 'Exceptions'].map((kind) => numberIn(failures, new RegExp(`\\b${kind}: (\\d+)`)) ?? 0);
  const [connect = 0, receive = 0, length = 0, exceptions = 0] = kinds;
  const status = numberIn(text, /Non-2xx responses:\s+(\d+)/) ?? 0;
  const silent = connect + receive + exceptions;
  const percentiles = [...text.matchAll(/^.*?\b(\d+)%\s+(\d+)(?:\s+\(longest request\))?\s*$/gm)].map(
    ([, percent, ms]) => [Number(percent), Number(ms)] as const,
  );
  const [, mean] = /Total:\s+\d+\s+([\d.]+)/.exec(text) ?? [];
  const errors = { 'not 2xx': status, 'connection failed': silent };
  return toolResult({
    format: 'ab',
    durationMs: number('Time taken for tests') * 1000,
    requests,
    requestRate: numberIn(text, /Requests per second:\s+([\d.]+)/),
    failed: Math.min(requests, status + silent),
    percentiles,
    meanMs: mean === undefined ? numberIn(text, /Time per request:\s+([\d.]+) \[ms\] \(mean\)/) : Number(mean),
    maxMs: percentiles.find(([percent]) => percent === 100)?.[1] ?? null,
    errors: Object.fromEntries(Object.entries(errors).filter(([, count]) => count > 0)),
    // A page of changing length is what ab calls a failure.
    notes: length > 0 ? [`ab counts ${length} answers of another length as failed; they are not counted here`] : [],
  });
}
