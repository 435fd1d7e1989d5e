import type { Rerun } from '../../core/model/rerun.js';
import type { Budgets } from '../../core/model/load-result.js';
import { limitMs, milliseconds } from '../words.js';
import { forBothSizes, type ChartSize } from './chart-frame.js';
import { safeHtml, noHtml, type Html } from './html-text.js';

const bars = { row: 20, gap: 14, left: 92, right: 76 };

interface Group {
  name: string;
  before: number;
  after: number;
  limit: number | null;
}

/** p50, p95 and p99 of the confirmation and of the last re-run, each with a mark at its budget. */
export function beforeAfterChart(rerun: Rerun, budget: Budgets): Html {
  const groups = (['p50', 'p95', 'p99'] as const).flatMap((name): Group[] => {
    const [before, after] = [rerun.before[`${name}Ms`], rerun.after[`${name}Ms`]];
    return before === null || after === null ? [] : [{ name, before, after, limit: budget[`${name}Ms`] ?? null }];
  });
  const most = Math.max(0, ...groups.flatMap(({ before, after, limit }) => [before, after, limit ?? 0]));
  if (most === 0) return noHtml;
  const hasBudget = groups.some(({ limit }) => limit !== null);
  return safeHtml`<figure class="chart"><figcaption>The same load before and after${hasBudget ? '; the dashed mark is the budget' : ''}</figcaption>
${forBothSizes((size) => drawing(groups, most, size))}</figure>`;
}

function drawing(groups: readonly Group[], most: number, size: ChartSize): Html {
  const width = (valueMs: number): number => (valueMs / most) * (size.width - bars.left - bars.right);
  const step = 2 * bars.row + bars.gap;
  const drawn = groups.map(({ name, before, after, limit }, index) => {
    const top = index * step + 6;
    const bar = (kind: 'before' | 'after', valueMs: number, y: number): Html =>
      safeHtml`<rect class="${kind}" x="${bars.left}" y="${y}" width="${Math.max(1.5, width(valueMs)).toFixed(1)}" height="${bars.row - 4}" rx="2" /><text x="${bars.left - 8}" y="${y}" dy="12" text-anchor="end">${name} ${kind}</text><text class="value" x="${(bars.left + width(valueMs) + 6).toFixed(1)}" y="${y}" dy="12">${milliseconds(valueMs)}</text>`;
    const at = limit === null ? '' : (bars.left + width(limit)).toFixed(1);
    const place = limit === null ? noHtml : safeHtml` x1="${at}" x2="${at}" y1="${top - 3}" y2="${top + 2 * bars.row - 1}"`;
    const mark =
      limit === null
        ? noHtml
        : safeHtml`<line class="halo"${place} /><line class="budget"${place}><title>${name} budget ${limitMs(limit)}</title></line>`;
    // The mark is drawn first, because figures under it could not be read.
    return safeHtml`${mark}${bar('before', before, top)}${bar('after', after, top + bars.row)}`;
  });
  return safeHtml`<svg viewBox="0 0 ${size.width} ${groups.length * step + 4}" role="img" aria-label="Latency before and after; the table below has the numbers">${drawn}</svg>`;
}
