import type { Rerun } from '../../core/model/incident.js';
import type { Budgets, SubWindow } from '../../core/model/load-result.js';
import { table, type TableBlock } from '../rich-text.js';
import { limitMs, milliseconds, percent } from '../words.js';
import { tableHtml } from './blocks.js';
import { safeHtml, noHtml, type Html } from './html-text.js';

const frame = { width: 760, height: 250, left: 70, right: 110, top: 18, bottom: 36 };
/** Lines of text of 12 px do not touch from this distance on. */
const nameHeight = 16;
const plotWidth = frame.width - frame.left - frame.right;
const plotHeight = frame.height - frame.top - frame.bottom;

/** Steps of 1, 2, 2.5 or 5 times a power of ten, four to six of them. */
function niceTicks(most: number): number[] {
  const rough = most / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  return Array.from({ length: Math.floor(most / step + 1e-9) + 1 }, (_, index) => index * step);
}

/** p50 and p95 of the sub-windows of the judged part with the budget as a line; nothing when there are fewer than two. */
export function loadChart(subWindows: readonly SubWindow[], budget: Budgets): Html {
  const last = subWindows.at(-1);
  if (subWindows.length < 2 || last === undefined) return noHtml;
  const limit = budgetLine(budget);
  const most = Math.max(...subWindows.map(({ p95Ms, p50Ms }) => Math.max(p95Ms, p50Ms)), limit?.valueMs ?? 0) * 1.08;
  if (!(most > 0) || !Number.isFinite(most)) return noHtml;
  const endMs = last.startMs + last.durationMs;
  const x = (atMs: number): string => (frame.left + (atMs / endMs) * plotWidth).toFixed(1);
  const y = (valueMs: number): string => (frame.top + plotHeight * (1 - valueMs / most)).toFixed(1);
  const right = frame.left + plotWidth;
  const grid = niceTicks(most).map(
    (tick) =>
      safeHtml`<line class="grid" x1="${frame.left}" x2="${right}" y1="${y(tick)}" y2="${y(tick)}" /><text x="${frame.left - 8}" y="${y(tick)}" dy="4" text-anchor="end">${tick === 0 ? '0' : axisLabel(tick)}</text>`,
  );
  const times = [0, endMs / 2, endMs].map(
    (at) =>
      safeHtml`<text x="${x(at)}" y="${frame.height - 14}" text-anchor="middle">${(at / 1000).toFixed(endMs < 10_000 ? 1 : 0)} s</text>`,
  );
  // Two names at the end of their lines: where these are close, the names move apart, p95 above.
  const middle = (Number(y(last.p50Ms)) + Number(y(last.p95Ms))) / 2;
  const apart = Math.max(Math.abs(Number(y(last.p50Ms)) - Number(y(last.p95Ms))), nameHeight) / 2;
  const nameY = { p95: (middle - apart).toFixed(1), p50: (middle + apart).toFixed(1) };
  const series = (name: 'p50' | 'p95', of: (window: SubWindow) => number): Html => {
    const points = subWindows.map((window) => ({ at: x(window.startMs + window.durationMs / 2), value: y(of(window)), window }));
    const dots = points.map(
      ({ at, value, window }) =>
        safeHtml`<circle class="${name}" cx="${at}" cy="${value}" r="3.5"><title>${name} ${milliseconds(of(window))}, ${window.requests} requests</title></circle>`,
    );
    return safeHtml`<polyline class="${name}" points="${points.map(({ at, value }) => `${at},${value}`).join(' ')}" />${dots}<text class="${name} name" x="${right + 8}" y="${nameY[name]}" dy="4">${name} ${milliseconds(of(last))}</text>`;
  };
  const budgetMark =
    limit === null
      ? noHtml
      : safeHtml`<line class="budget" x1="${frame.left}" x2="${right}" y1="${y(limit.valueMs)}" y2="${y(limit.valueMs)}" /><text class="budget" x="${frame.left + 6}" y="${y(limit.valueMs)}" dy="-5">${limit.name} budget ${limitMs(limit.valueMs)}</text>`;
  return safeHtml`<figure class="chart"><figcaption>Latency in the load window, by sub-window</figcaption>
<div class="scroll"><svg viewBox="0 0 ${frame.width} ${frame.height}" role="img" aria-label="p50 and p95 over the load window${limit === null ? '' : `, against the ${limit.name} budget of ${limitMs(limit.valueMs)}`}; the table below has the numbers">${grid}${times}${series('p50', ({ p50Ms }) => p50Ms)}${series('p95', ({ p95Ms }) => p95Ms)}${budgetMark}</svg></div>
<details><summary>Numbers</summary>${tableHtml(windowTable(subWindows))}</details></figure>`;
}

function axisLabel(valueMs: number): string {
  return valueMs >= 10_000 ? `${valueMs / 1000} s` : `${Number(valueMs.toPrecision(3))} ms`;
}

function budgetLine({ p95Ms, p99Ms, p50Ms }: Budgets): { name: string; valueMs: number } | null {
  if (p95Ms !== undefined) return { name: 'p95', valueMs: p95Ms };
  if (p99Ms !== undefined) return { name: 'p99', valueMs: p99Ms };
  return p50Ms === undefined ? null : { name: 'p50', valueMs: p50Ms };
}

function windowTable(subWindows: readonly SubWindow[]): TableBlock {
  const rows = subWindows.map(({ startMs, durationMs, requests, p50Ms, p95Ms, meanMs, failedRatio }) => [
    [`${(startMs / 1000).toFixed(1)}–${((startMs + durationMs) / 1000).toFixed(1)} s`],
    ...[String(requests), milliseconds(p50Ms), milliseconds(p95Ms), milliseconds(meanMs), percent(failedRatio)].map((text) => [text]),
  ]);
  return table('Latency by sub-window', ['Window', '>Requests', '>p50', '>p95', '>Mean', '>Failed'], rows);
}

const bars = { left: 130, right: 90, row: 20, gap: 14, width: 760 };

/** p50, p95 and p99 of the confirmation and of the last re-run, each with its budget as a mark. */
export function beforeAfterChart(rerun: Rerun, budget: Budgets): Html {
  const groups = (['p50', 'p95', 'p99'] as const).flatMap((name) => {
    const [before, after] = [rerun.before[`${name}Ms`], rerun.after[`${name}Ms`]];
    return before === null || after === null ? [] : [{ name, before, after, limit: budget[`${name}Ms`] ?? null }];
  });
  const most = Math.max(0, ...groups.flatMap(({ before, after, limit }) => [before, after, limit ?? 0]));
  if (most === 0) return noHtml;
  const width = (valueMs: number): number => (valueMs / most) * (bars.width - bars.left - bars.right);
  const step = 2 * bars.row + bars.gap;
  const drawn = groups.map(({ name, before, after, limit }, index) => {
    const top = index * step + 6;
    const bar = (kind: 'before' | 'after', valueMs: number, y: number): Html =>
      safeHtml`<rect class="${kind}" x="${bars.left}" y="${y}" width="${Math.max(1.5, width(valueMs)).toFixed(1)}" height="${bars.row - 4}" rx="2" /><text x="${bars.left - 8}" y="${y}" dy="12" text-anchor="end">${name} ${kind}</text><text class="value" x="${(bars.left + width(valueMs) + 6).toFixed(1)}" y="${y}" dy="12">${milliseconds(valueMs)}</text>`;
    const at = limit === null ? '' : (bars.left + width(limit)).toFixed(1);
    const mark =
      limit === null
        ? noHtml
        : safeHtml`<line class="halo" x1="${at}" x2="${at}" y1="${top - 3}" y2="${top + 2 * bars.row - 1}" /><line class="budget" x1="${at}" x2="${at}" y1="${top - 3}" y2="${top + 2 * bars.row - 1}"><title>${name} budget ${limitMs(limit)}</title></line>`;
    return safeHtml`${bar('before', before, top)}${bar('after', after, top + bars.row)}${mark}`;
  });
  const hasBudget = groups.some(({ limit }) => limit !== null);
  return safeHtml`<figure class="chart"><figcaption>The same load before and after${hasBudget ? '; the dashed mark is the budget' : ''}</figcaption>
<div class="scroll"><svg viewBox="0 0 ${bars.width} ${groups.length * step + 4}" role="img" aria-label="Latency before and after; the table below has the numbers">${drawn}</svg></div></figure>`;
}
