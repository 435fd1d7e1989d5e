import type { Budgets, LoadPlan, LoadResult, SubWindow } from '../../core/model/load-result.js';
import { table, type TableBlock } from '../rich-text.js';
import { count, limitMs, milliseconds, percent } from '../words.js';
import { tableHtml } from './blocks.js';
import { forBothSizes, labelColumn, niceTicks, type ChartSize, type Label } from './chart-frame.js';
import { safeHtml, noHtml, type Html } from './html-text.js';

const heights = { latency: 230, rate: 130, top: 14, bottom: 30 };

/** Latency and rate of the sub-windows of the judged part, with what was asked of them; nothing when there are fewer than two. */
export function loadChart(
  load: Pick<LoadResult, 'subWindows' | 'droppedIterations' | 'requests'>,
  plan: LoadPlan | null,
  budget: Budgets,
): Html {
  const { subWindows } = load;
  const last = subWindows.at(-1);
  const most = Math.max(0, ...subWindows.flatMap(({ p95Ms, p50Ms }) => [p95Ms, p50Ms]));
  if (subWindows.length < 2 || last === undefined || !(most > 0) || !Number.isFinite(most)) return noHtml;
  return safeHtml`<figure class="chart"><figcaption class="hidden">The load window</figcaption><div><p class="muted caption">Latency in the load window, by sub-window</p>
${forBothSizes((size) => latencyDrawing(subWindows, budget, size))}</div>
<div><p class="muted caption">${rateCaption(load, plan)}</p>
${forBothSizes((size) => rateDrawing(subWindows, plan, size))}</div>
<details><summary>Numbers</summary>${tableHtml(windowTable(subWindows))}</details></figure>`;
}

interface Axes {
  x: (atMs: number) => number;
  y: (value: number) => number;
  right: number;
  frame: Html;
}

/** Axes from zero to `most`, with the seconds below. */
function axes(size: ChartSize, height: number, most: number, { endMs, unit }: { endMs: number; unit: (tick: number) => string }): Axes {
  const plotWidth = size.width - size.left - size.right;
  const plotHeight = height - heights.top - heights.bottom;
  const right = size.left + plotWidth;
  const x = (atMs: number): number => size.left + (atMs / endMs) * plotWidth;
  const y = (value: number): number => heights.top + plotHeight * (1 - value / most);
  const grid = niceTicks(most, height > 200 ? 5 : 3).map(
    (tick) =>
      safeHtml`<line class="grid" x1="${size.left}" x2="${right}" y1="${y(tick).toFixed(1)}" y2="${y(tick).toFixed(1)}" /><text x="${size.left - 8}" y="${y(tick).toFixed(1)}" dy="4" text-anchor="end">${unit(tick)}</text>`,
  );
  const seconds = [0, endMs / 2, endMs].map(
    (at) =>
      safeHtml`<text x="${x(at).toFixed(1)}" y="${height - 10}" text-anchor="middle">${(at / 1000).toFixed(endMs < 10_000 ? 1 : 0)} s</text>`,
  );
  return { x, y, right, frame: safeHtml`${grid}${seconds}` };
}

function endOf(subWindows: readonly SubWindow[]): number {
  const last = subWindows.at(-1);
  return last === undefined ? 0 : last.startMs + last.durationMs;
}

function latencyDrawing(subWindows: readonly SubWindow[], budget: Budgets, size: ChartSize): Html {
  const limit = budgetLine(budget);
  const most = Math.max(...subWindows.map(({ p95Ms, p50Ms }) => Math.max(p95Ms, p50Ms)), limit?.valueMs ?? 0) * 1.08;
  const inSeconds = most >= 10_000;
  const unit = (tick: number): string => (inSeconds ? `${Number((tick / 1000).toPrecision(3))} s` : `${Number(tick.toPrecision(3))} ms`);
  const { x, y, right, frame } = axes(size, heights.latency, most, { endMs: endOf(subWindows), unit });
  const series = (name: 'p50' | 'p95', of: (window: SubWindow) => number): Html => {
    const points = subWindows.map((window) => ({
      at: x(window.startMs + window.durationMs / 2).toFixed(1),
      value: y(of(window)).toFixed(1),
      window,
    }));
    const dots = points.map(
      ({ at, value, window }) =>
        safeHtml`<circle class="${name}" cx="${at}" cy="${value}" r="3.5"><title>${name} ${milliseconds(of(window))}, ${window.requests} requests</title></circle>`,
    );
    return safeHtml`<polyline class="${name}" points="${points.map(({ at, value }) => `${at},${value}`).join(' ')}" />${dots}`;
  };
  const last = subWindows.at(-1);
  const labels: Label[] = [
    ...(last === undefined ? [] : [{ y: y(last.p95Ms), text: 'p95', kind: 'p95' }]),
    ...(last === undefined ? [] : [{ y: y(last.p50Ms), text: 'p50', kind: 'p50' }]),
    ...(limit === null ? [] : [{ y: y(limit.valueMs), text: `budget ${limitMs(limit.valueMs)}`, kind: 'budget' }]),
  ];
  const mark =
    limit === null
      ? noHtml
      : safeHtml`<line class="budget" x1="${size.left}" x2="${right}" y1="${y(limit.valueMs).toFixed(1)}" y2="${y(limit.valueMs).toFixed(1)}" />`;
  const names = labelColumn(labels, { x: right + 8, top: heights.top, bottom: heights.latency - heights.bottom });
  const against = limit === null ? '' : `, against the ${limit.name} budget of ${limitMs(limit.valueMs)}`;
  return safeHtml`<svg viewBox="0 0 ${size.width} ${heights.latency}" role="img" aria-label="p50 and p95 over the load window${against}; the table below has the numbers">${frame}${series('p50', ({ p50Ms }) => p50Ms)}${series('p95', ({ p95Ms }) => p95Ms)}${mark}${names}</svg>`;
}

/** `Requests: 60/s offered, 102 of 1 199 dropped, 20 VUs (up to 30)`: what the drawing below is about. */
function rateCaption({ droppedIterations, requests }: Pick<LoadResult, 'droppedIterations' | 'requests'>, plan: LoadPlan | null): string {
  const users =
    plan === null
      ? []
      : [
          `${count(plan.vus)} VUs${plan.rate !== null && plan.maxVus !== null && plan.maxVus > plan.vus ? ` (up to ${count(plan.maxVus)})` : ''}`,
        ];
  const offered =
    plan?.rate == null ? [] : [`${plan.rate}/s offered`, `${count(droppedIterations)} of ${count(droppedIterations + requests)} dropped`];
  return `Requests: ${[...offered, `${count(requests)} completed`, ...users].join(', ')}`;
}

/** Completed requests as bars, those that failed apart; in an open model the offered rate as a line: what is missing below it was dropped. */
function rateDrawing(subWindows: readonly SubWindow[], plan: LoadPlan | null, size: ChartSize): Html {
  const rateOf = ({ requests, durationMs }: SubWindow): number => (durationMs > 0 ? (requests / durationMs) * 1000 : 0);
  const offered = plan?.rate ?? null;
  const most = Math.max(offered ?? 0, ...subWindows.map(rateOf)) * 1.12;
  if (!(most > 0)) return noHtml;
  const { x, y, right, frame } = axes(size, heights.rate, most, {
    endMs: endOf(subWindows),
    unit: (tick) => `${Number(tick.toPrecision(3))}/s`,
  });
  const bars = subWindows.map((window) => {
    const [from, width] = [x(window.startMs) + 2, Math.max(1, x(window.startMs + window.durationMs) - x(window.startMs) - 4)];
    const rate = rateOf(window);
    const failed = rate * window.failedRatio;
    const bar = (kind: string, upper: number, lower: number): Html =>
      safeHtml`<rect class="${kind}" x="${from.toFixed(1)}" y="${y(upper).toFixed(1)}" width="${width.toFixed(1)}" height="${Math.max(0, y(lower) - y(upper)).toFixed(1)}"><title>${rateText(rate)} completed, ${percent(window.failedRatio)} failed</title></rect>`;
    return safeHtml`${bar('completed', rate, failed)}${failed > 0 ? bar('failed', failed, 0) : noHtml}`;
  });
  const last = subWindows.at(-1);
  const hasFailed = subWindows.some(({ failedRatio }) => failedRatio > 0);
  const labels: Label[] = [
    ...(offered === null ? [] : [{ y: y(offered), text: `offered ${offered}/s`, kind: 'budget' }]),
    ...(last === undefined ? [] : [{ y: y(rateOf(last)), text: 'done', kind: 'p50' }]),
    ...(hasFailed ? [{ y: y(0), text: 'failed', kind: 'budget' }] : []),
  ];
  const line =
    offered === null
      ? noHtml
      : safeHtml`<line class="budget" x1="${size.left}" x2="${right}" y1="${y(offered).toFixed(1)}" y2="${y(offered).toFixed(1)}" />`;
  const names = labelColumn(labels, { x: right + 8, top: heights.top, bottom: heights.rate - heights.bottom });
  return safeHtml`<svg viewBox="0 0 ${size.width} ${heights.rate}" role="img" aria-label="Completed requests per second over the load window; the table below has the numbers">${frame}${bars}${line}${names}</svg>`;
}

function rateText(perSecond: number): string {
  return `${perSecond.toFixed(perSecond >= 100 ? 0 : 1)}/s`;
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
