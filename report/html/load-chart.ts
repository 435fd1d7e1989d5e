import type { Budgets, LoadPlan, LoadResult, SubWindow } from '../../core/model/load-result.js';
import { table, type TableBlock } from '../rich-text.js';
import { limitMs, milliseconds, percent } from '../words.js';
import { tableHtml } from './blocks.js';
import { forBothSizes, labelColumn, withRoomFor, type ChartSize, type Label } from './chart-frame.js';
import { safeHtml, noHtml, type Html } from './html-text.js';
import { axes, endOf, heights } from './load-axes.js';
import { offeredName, rateCaption, rateDrawing, rateText, usersDrawing, windowRates, type WindowRates } from './load-over-time.js';

/**
 * Latency, requests per second and virtual users over the judged part, with their limits; nothing when there are fewer than two sub-windows. Users are
 * drawn only for a run that was sampled while it ran.
 */
export function loadChart(
  load: Pick<LoadResult, 'subWindows' | 'droppedIterations' | 'requests' | 'moments'>,
  plan: LoadPlan | null,
  budget: Budgets,
): Html {
  const { subWindows, moments = [] } = load;
  const most = Math.max(0, ...subWindows.flatMap(({ p95Ms, p50Ms }) => [p95Ms, p50Ms]));
  if (subWindows.length < 2 || !(most > 0) || !Number.isFinite(most)) return noHtml;
  const rates = windowRates(load, plan);
  const wereSeen = moments.some(({ atMs }) => atMs > 0 && atMs < endOf(subWindows));
  const drawn = (draw: (size: ChartSize) => Html): Html =>
    forBothSizes((size) => draw(withRoomFor(namesOf(subWindows, plan, budget), size)));
  const users = wereSeen
    ? safeHtml`<div><p class="muted caption">Virtual users</p>
${drawn((size) => usersDrawing(moments, endOf(subWindows), size))}</div>
`
    : noHtml;
  return safeHtml`<figure class="chart"><figcaption class="hidden">The load window</figcaption><div><p class="muted caption">Latency in the load window, by sub-window</p>
${drawn((size) => latencyDrawing(subWindows, budget, size))}</div>
<div><p class="muted caption">${rateCaption(load, plan)}</p>
${drawn((size) => rateDrawing(rates, plan, size))}</div>
${users}<details><summary>Numbers</summary>${tableHtml(windowTable(rates))}</details></figure>`;
}

/** The long names at the ends of lines. The drawings share one room for them, so that their time axes are aligned. */
function namesOf(subWindows: readonly SubWindow[], plan: LoadPlan | null, budget: Budgets): string[] {
  const limit = budgetLine(budget);
  return [
    ...(limit === null ? [] : [budgetName(limit, latencyAxis(subWindows, limit))]),
    ...(plan?.rate == null ? [] : [offeredName(plan.rate)]),
  ];
}

/** How far up the axis goes, and whether in seconds. */
function latencyAxis(subWindows: readonly SubWindow[], limit: Limit | null): { most: number; inSeconds: boolean } {
  const most = Math.max(...subWindows.map(({ p95Ms, p50Ms }) => Math.max(p95Ms, p50Ms)), limit?.valueMs ?? 0) * 1.08;
  return { most, inSeconds: most >= 10_000 };
}

/** In the unit of the axis. */
function budgetName({ valueMs }: Limit, { inSeconds }: { inSeconds: boolean }): string {
  return `budget ${inSeconds ? `${valueMs / 1000} s` : limitMs(valueMs)}`;
}

function latencyDrawing(subWindows: readonly SubWindow[], budget: Budgets, size: ChartSize): Html {
  const limit = budgetLine(budget);
  const { most, inSeconds } = latencyAxis(subWindows, limit);
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
    ...(limit === null ? [] : [{ y: y(limit.valueMs), text: budgetName(limit, { inSeconds }), kind: 'budget' }]),
  ];
  const mark =
    limit === null
      ? noHtml
      : safeHtml`<line class="budget" x1="${size.left}" x2="${right}" y1="${y(limit.valueMs).toFixed(1)}" y2="${y(limit.valueMs).toFixed(1)}" />`;
  const names = labelColumn(labels, { x: right + 8, top: heights.top, bottom: heights.latency - heights.bottom });
  const against = limit === null ? '' : `, against the ${limit.name} budget of ${limitMs(limit.valueMs)}`;
  return safeHtml`<svg viewBox="0 0 ${size.width} ${heights.latency}" role="img" aria-label="p50 and p95 over the load window${against}; the table below has the numbers">${frame}${series('p50', ({ p50Ms }) => p50Ms)}${series('p95', ({ p95Ms }) => p95Ms)}${mark}${names}</svg>`;
}

interface Limit {
  name: string;
  valueMs: number;
}

function budgetLine({ p95Ms, p99Ms, p50Ms }: Budgets): Limit | null {
  if (p95Ms !== undefined) return { name: 'p95', valueMs: p95Ms };
  if (p99Ms !== undefined) return { name: 'p99', valueMs: p99Ms };
  return p50Ms === undefined ? null : { name: 'p50', valueMs: p50Ms };
}

function windowTable(rates: readonly WindowRates[]): TableBlock {
  const [drops, users] = [rates.some(({ dropped }) => dropped !== null), rates.some(({ vus }) => vus !== null)];
  const rows = rates.map(({ window, dropped, vus }) => {
    const { startMs, durationMs, requests, p50Ms, p95Ms, meanMs, failedRatio } = window;
    const texts = [String(requests), milliseconds(p50Ms), milliseconds(p95Ms), milliseconds(meanMs), percent(failedRatio)];
    const seen = [...(drops ? [dropped === null ? '' : rateText(dropped)] : []), ...(users ? [vus === null ? '' : String(vus)] : [])];
    return [`${(startMs / 1000).toFixed(1)}–${((startMs + durationMs) / 1000).toFixed(1)} s`, ...texts, ...seen].map((text) => [text]);
  });
  const columns = ['Window', '>Requests', '>p50', '>p95', '>Mean', '>Failed', ...(drops ? ['>Dropped'] : []), ...(users ? ['>VUs'] : [])];
  return table('The load by sub-window', columns, rows);
}
