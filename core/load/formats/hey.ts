// https://github.com/rakyll/hey. Versions since 0.1.4 print `%%` for `%`.
import { UnreadableInputError } from '../../model/errors.js';
import type { LoadResult } from '../../model/load-result.js';
import { timeoutKey } from '../own-metrics.js';
import { forEachRow } from './csv-rows.js';
import type { LoadFileFormat } from './format.js';
import { createRequestTally } from './request-tally.js';
import { countStatuses, numberIn, readToolText, requireOneRun, requiredNumber } from './tool-text.js';
import { toolResult } from './tool-result.js';

export const hey: LoadFileFormat = {
  id: 'hey',
  expects: 'the text that hey prints',
  tool: 'hey 0.1',
  command: 'hey -z 30s -c 20 URL > hey.txt',
  exactness: 'as printed (0.1 ms); latency of answered requests, errors apart',
  detect: ({ text, isComplete }) =>
    /Summary:/.test(text) &&
    /Total:\s+[\d.]+ secs/.test(text) &&
    /Fastest:/.test(text) &&
    /Requests\/sec:/.test(text) &&
    !/Success rate:/.test(text)
      ? 'yes'
      : isComplete
        ? 'no'
        : 'maybe',
  read,
};

async function read(source: AsyncIterable<Uint8Array>): Promise<LoadResult> {
  const text = await readToolText(source, 'hey');
  requireOneRun(text, /(?<![\w/])Requests\/sec:/g, 'hey');
  const seconds = (name: string): number => requiredNumber(text, new RegExp(`${name}:\\s+([\\d.]+|NaN) secs`), `hey: expected "${name}"`);
  const percentiles = [...text.matchAll(/(?<!\d)(\d+)%{1,2} in ([\d.]+) secs/g)].map(
    ([, percent, value]) => [Number(percent), Number(value) * 1000] as const,
  );
  const statuses = Object.fromEntries(
    [...text.matchAll(/\[(\d{3})\]\s+(\d+) responses/g)].map(([, status, count]) => [status ?? '', Number(count)]),
  );
  const { total, failed, errors } = countStatuses(statuses);
  const thrown = errorDistribution(text);
  const silent = Object.values(thrown).reduce((sum, count) => sum + count, 0);
  if (total + silent === 0) {
    throw new UnreadableInputError(
      'hey: expected a "Status code distribution" or an "Error distribution", got neither; give the whole output',
    );
  }
  return toolResult({
    format: 'hey',
    durationMs: seconds('Total') * 1000,
    requests: total + silent,
    requestRate: numberIn(text, /Requests\/sec:\s+([\d.]+)/),
    failed: failed + silent,
    percentiles,
    meanMs: total === 0 ? null : seconds('Average') * 1000,
    maxMs: total === 0 ? null : seconds('Slowest') * 1000,
    errors: { ...errors, ...thrown },
  });
}

/** `  [12]	Get "http://…": dial tcp …: connect: connection refused`, below "Error distribution:". */
function errorDistribution(text: string): Record<string, number> {
  const errors: Record<string, number> = {};
  for (const [, count, said = ''] of (text.split('Error distribution:')[1] ?? '').matchAll(/\[(\d+)\]\s+(\S.*)/g)) {
    const name = errorName(said);
    errors[name] = (errors[name] ?? 0) + Number(count);
  }
  return errors;
}

/** Go's words for what went wrong with a connection. */
export function errorName(said: string): string {
  if (/Client\.Timeout|deadline exceeded|i\/o timeout|timed? ?out/i.test(said)) return timeoutKey;
  if (/refused/i.test(said)) return 'connection refused';
  if (/reset|broken pipe|EOF/i.test(said)) return 'connection reset';
  if (/no such host|ENOTFOUND/i.test(said)) return 'name not resolved';
  return /tls|certificate|x509/i.test(said) ? 'TLS failure' : 'no answer';
}

/** `hey -o csv`: one answered request a line; hey leaves out those without an answer. */
export const heyCsv: LoadFileFormat = {
  id: 'hey-csv',
  expects: 'hey -o csv',
  tool: 'hey 0.1',
  command: 'hey -z 30s -c 20 -o csv URL > hey.csv',
  exactness: 'exact from single requests (0.1 ms); requests without an answer are not in the file',
  detect: ({ text }) => (text.startsWith('response-time,DNS+dialup,') ? 'yes' : 'no'),
  read: async (source) => {
    const tally = createRequestTally('hey');
    const notes = await forEachRow(source, 'hey', ['response-time', 'status-code', 'offset'], (row) => {
      const ms = Number(row('response-time')) * 1000;
      const startedAtMs = Number(row('offset')) * 1000;
      if (!Number.isFinite(ms) || !Number.isFinite(startedAtMs)) return false;
      const status = row('status-code');
      const isFailed = !/^[123]\d\d$/.test(status);
      tally.add({ startedAtMs, ms, isFailed, error: isFailed ? `HTTP ${status}` : null, name: '' });
      return true;
    });
    return tally.finish([...notes, 'requests without an answer are not in this file, so that errors may be missing']);
  },
};
