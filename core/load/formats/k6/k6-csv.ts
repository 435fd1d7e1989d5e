// https://grafana.com/docs/k6/latest/results-output/real-time/csv/
import type { LoadResult } from '../../../model/load-result.js';
import { isOutsideOfLoad, outsideNotes } from '../../points.js';
import { loadResultOf } from '../../read-summary.js';
import { forEachRow } from '../csv-rows.js';
import type { LoadFileFormat } from '../format.js';
import { createPointSummary } from './k6-points-summary.js';

export const k6Csv: LoadFileFormat = {
  id: 'k6-csv',
  expects: 'the points of k6 --out csv',
  tool: 'k6 0.30 to 2.x',
  command: 'k6 run --out csv=points.csv.gz script.js',
  exactness: 'exact latencies from single requests; times in whole seconds; no thresholds',
  detect: ({ text }) => (/^\uFEFF?metric_name,timestamp,metric_value,/.test(text) ? 'yes' : 'no'),
  read,
};

async function read(source: AsyncIterable<Uint8Array>): Promise<LoadResult> {
  const points = createPointSummary('k6-csv');
  let outside = 0;
  const notes = await forEachRow(source, 'k6 --out csv', ['metric_name', 'timestamp', 'metric_value'], (row) => {
    const value = row('metric_value') === '' ? Number.NaN : Number(row('metric_value'));
    const endedAtMs = timeOf(row('timestamp'));
    if (!Number.isFinite(value) || !Number.isFinite(endedAtMs)) return false;
    if (row('metric_name') === 'http_req_duration' && isOutsideOfLoad(row('group'))) outside++;
    const expected = row('expected_response');
    const isExpected = expected === '' ? null : expected === 'true';
    const status = row('status') === '' && isExpected !== null ? '0' : row('status');
    points.add({ metric: row('metric_name'), endedAtMs, value, isExpected, status, errorCode: row('error_code') });
    return true;
  });
  const { summary, errors } = points.finish();
  const result = loadResultOf(summary);
  return {
    ...result,
    errors: { ...result.errors, ...errors },
    notes: [
      ...(result.notes ?? []),
      ...outsideNotes(outside, result.requests),
      ...notes,
      'times in this file are whole seconds, so that duration and rate may be off by one second',
    ],
  };
}

/** K6_CSV_TIME_FORMAT: `unix` (the default), `unix_milli`, `unix_micro`, `unix_nano` or `rfc3339`. */
function timeOf(text: string): number {
  if (!/^\d+$/.test(text)) return Date.parse(text);
  const digits = text.length;
  return Number(text) * (digits <= 11 ? 1000 : digits <= 14 ? 1 : digits <= 17 ? 1e-3 : 1e-6);
}
