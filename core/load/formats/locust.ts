// https://docs.locust.io/en/stable/retrieving-stats.html: `--csv PREFIX` writes PREFIX_stats.csv and three more files.
import { UnreadableInputError } from '../../model/errors.js';
import type { LoadResult } from '../../model/load-result.js';
import { forEachRow } from './csv-rows.js';
import type { LoadFileFormat } from './format.js';
import { togetherNote } from './request-tally.js';
import { toolResult } from './tool-result.js';

export const locust: LoadFileFormat = {
  id: 'locust-csv',
  expects: "locust's PREFIX_stats.csv",
  tool: 'Locust 1 and 2',
  command: 'locust --headless -u 20 -r 20 -t 60s --csv run  (then run_stats.csv)',
  exactness: 'percentiles rounded by Locust to two digits; failed requests are in them',
  detect: ({ text }) => (/^\uFEFF?"?Type"?,"?Name"?,"?(?:Request Count|# requests)"?/.test(text.trimStart()) ? 'yes' : 'no'),
  read,
};

const percents = [50, 66, 75, 80, 90, 95, 98, 99, 99.9, 99.99];

async function read(source: AsyncIterable<Uint8Array>): Promise<LoadResult> {
  const names: string[] = [];
  const rows: LoadResult[] = [];
  const totals: LoadResult[] = [];
  const notes = await forEachRow(
    source,
    'locust',
    ['Name', 'Request Count', 'Failure Count', 'Average Response Time', 'Requests/s'],
    (row) => {
      const result = rowResult(row);
      if (result === null) return false;
      if (['Aggregated', 'Total'].includes(row('Name')) && row('Type') === '') totals.push(result);
      else {
        names.push(`${row('Type')} ${row('Name')}`.trim());
        rows.push(result);
      }
      return true;
    },
  );
  // One endpoint alone is its own total, also in a file whose last line was cut.
  const total = totals.at(-1) ?? (rows.length === 1 ? rows[0] : undefined);
  if (total === undefined) {
    throw new UnreadableInputError(
      `locust: expected the line Aggregated at the end, got ${rows.length} lines without it; give the whole file`,
    );
  }
  return { ...total, notes: [...(total.notes ?? []), ...notes, ...togetherNote(names)] };
}

function rowResult(row: (column: string) => string): LoadResult | null {
  const number = (column: string): number => (row(column).trim() === '' ? Number.NaN : Number(row(column)));
  const requests = number('Request Count');
  const failed = number('Failure Count');
  const rate = number('Requests/s');
  if (![requests, failed, rate].every((value) => Number.isFinite(value))) return null;
  const optional = (column: string): number | null => (Number.isFinite(number(column)) ? number(column) : null);
  return toolResult({
    format: 'locust-csv',
    durationMs: rate > 0 && requests > 0 ? (requests / rate) * 1000 : null,
    requests,
    requestRate: rate,
    failed,
    percentiles: percents.map((percent) => [
      percent,
      optional(`${percent}%`) ?? (percent === 50 ? optional('Median Response Time') : null),
    ]),
    meanMs: optional('Average Response Time'),
    maxMs: optional('Max Response Time'),
    notes: ['Locust rounds its percentiles to two digits'],
  });
}
