import { droppedBetween, mostUsersBetween } from '../../core/load/moments.js';
import { offeredRates } from '../../core/load/offered-rate.js';
import type { LoadMoment, LoadPlan, LoadResult, SubWindow } from '../../core/model/load-result.js';
import { count, percent } from '../words.js';
import { labelColumn, type ChartSize, type Label } from './chart-frame.js';
import { noHtml, safeHtml, type Html } from './html-text.js';
import { axes, endOf, heights } from './load-axes.js';

/** Rates of one sub-window, per second: answered, failed among them, and not sent because no user was free. */
export interface WindowRates {
  window: SubWindow;
  completed: number;
  failed: number;
  /** Null: the run was not sampled, or no rate was offered. */
  dropped: number | null;
  /** The largest number of users at once; null when the run was not sampled. */
  vus: number | null;
}

export function windowRates(
  { subWindows, moments = [] }: Pick<LoadResult, 'subWindows' | 'moments'>,
  plan: LoadPlan | null,
): WindowRates[] {
  const isOpen = plan !== null && plan.rate !== null;
  return subWindows.map((window) => {
    const { startMs, durationMs, requests, failedRatio } = window;
    const aSecond = (amount: number): number => (durationMs > 0 ? (amount / durationMs) * 1000 : 0);
    const completed = aSecond(requests);
    const dropped = isOpen ? droppedBetween(moments, startMs, startMs + durationMs) : null;
    return {
      ...{ window, completed, failed: completed * failedRatio },
      dropped: dropped === null ? null : aSecond(dropped),
      vus: mostUsersBetween(moments, startMs, startMs + durationMs),
    };
  });
}

/** `Requests: 60/s offered, 102 of 1 199 dropped, 20 VUs held ready, up to 30`: what the drawing below is about. */
export function rateCaption(
  { droppedIterations, requests }: Pick<LoadResult, 'droppedIterations' | 'requests'>,
  plan: LoadPlan | null,
): string {
  const users =
    plan === null
      ? []
      : [
          `${count(plan.vus)} VUs${plan.rate !== null && plan.maxVus !== null && plan.maxVus > plan.vus ? ` held ready, up to ${count(plan.maxVus)}` : ''}`,
        ];
  const offered =
    plan?.rate == null ? [] : [`${plan.rate}/s offered`, `${count(droppedIterations)} of ${count(droppedIterations + requests)} dropped`];
  return `Requests: ${[...offered, `${count(requests)} completed`, ...users].join(', ')}`;
}

export function offeredName(rate: number): string {
  return `offered ${Number(rate.toPrecision(4))}/s`;
}

/** Requests a second as bars: completed, those that failed apart, and on top what was dropped; in an open model the offered rate as a line. */
export function rateDrawing(rates: readonly WindowRates[], plan: LoadPlan | null, size: ChartSize): Html {
  const offered = (plan === null ? null : offeredRates(plan)) ?? [];
  const tops = rates.map(({ completed, dropped }) => completed + (dropped ?? 0));
  const most = Math.max(0, ...offered.map(({ perSecond }) => perSecond), ...tops) * 1.12;
  if (!(most > 0)) return noHtml;
  const endMs = endOf(rates.map(({ window }) => window));
  const { x, y, right, frame } = axes(size, heights.rate, most, { endMs, unit: (tick) => `${Number(tick.toPrecision(3))}/s` });
  const line = offered.filter(({ atMs }) => atMs <= endMs).map(({ atMs, perSecond }) => `${x(atMs).toFixed(1)},${y(perSecond).toFixed(1)}`);
  const offer = line.length === 0 ? noHtml : safeHtml`<polyline class="budget" points="${line.join(' ')}" />`;
  const names = labelColumn(rateLabels(rates, offered, y), { x: right + 8, top: heights.top, bottom: heights.rate - heights.bottom });
  return safeHtml`<svg viewBox="0 0 ${size.width} ${heights.rate}" role="img" aria-label="Completed and dropped requests per second over the load window; the table below has the numbers">${frame}${rates.map((each) => barsOf(each, { x, y }))}${offer}${names}</svg>`;
}

type Places = Pick<ReturnType<typeof axes>, 'x' | 'y'>;

function barsOf({ window, completed, failed, dropped }: WindowRates, { x, y }: Places): Html {
  const from = x(window.startMs) + 2;
  const width = Math.max(1, x(window.startMs + window.durationMs) - x(window.startMs) - 4);
  const text = `${rateText(completed)} completed, ${percent(window.failedRatio)} failed${dropped === null ? '' : `, ${rateText(dropped)} dropped`}`;
  const bar = (kind: string, upper: number, lower: number): Html =>
    upper <= lower
      ? noHtml
      : safeHtml`<rect class="${kind}" x="${from.toFixed(1)}" y="${y(upper).toFixed(1)}" width="${width.toFixed(1)}" height="${(y(lower) - y(upper)).toFixed(1)}"><title>${text}</title></rect>`;
  return safeHtml`${bar('dropped', completed + (dropped ?? 0), completed)}${bar('completed', completed, failed)}${bar('failed', failed, 0)}`;
}

function rateLabels(rates: readonly WindowRates[], offered: readonly { perSecond: number }[], y: Places['y']): Label[] {
  const last = rates.at(-1);
  const end = offered.at(-1);
  const isLevel = offered.every(({ perSecond }) => perSecond === end?.perSecond);
  const dropping = rates.findLast(({ dropped }) => (dropped ?? 0) > 0);
  return [
    ...(end === undefined ? [] : [{ y: y(end.perSecond), text: isLevel ? offeredName(end.perSecond) : 'offered', kind: 'budget' }]),
    ...(dropping === undefined ? [] : [{ y: y(dropping.completed + (dropping.dropped ?? 0) / 2), text: 'dropped', kind: 'dropped' }]),
    ...(last === undefined ? [] : [{ y: y(last.completed), text: 'done', kind: 'p50' }]),
    ...(rates.some(({ failed }) => failed > 0) ? [{ y: y(0), text: 'failed', kind: 'budget' }] : []),
  ];
}

/** Virtual users over the judged part. A load that gets more users and still drops requests has met a service that keeps them all busy. */
export function usersDrawing(moments: readonly LoadMoment[], endMs: number, size: ChartSize): Html {
  const steps = moments.filter(({ atMs }) => atMs > 0 && atMs < endMs);
  const first = moments.findLast(({ atMs }) => atMs <= 0) ?? steps[0];
  const last = steps.at(-1);
  if (first === undefined || last === undefined) return noHtml;
  const most = Math.max(1, first.vus, ...steps.map(({ vus }) => vus)) * 1.12;
  const { x, y, right, frame } = axes(size, heights.users, most, { endMs, unit: (tick) => (Number.isInteger(tick) ? count(tick) : '') });
  const points = [...[first, ...steps].map(({ atMs, vus }) => [Math.max(0, atMs), vus] as const), [endMs, last.vus] as const];
  const line = points.map(([atMs, vus]) => `${x(atMs).toFixed(1)},${y(vus).toFixed(1)}`).join(' ');
  const name = labelColumn([{ y: y(last.vus), text: `${count(last.vus)} VUs`, kind: 'p50' }], {
    x: right + 8,
    top: heights.top,
    bottom: heights.users - heights.bottom,
  });
  return safeHtml`<svg viewBox="0 0 ${size.width} ${heights.users}" role="img" aria-label="Virtual users over the load window; the table below has the numbers">${frame}<polyline class="p50" points="${line}" />${name}</svg>`;
}

export function rateText(perSecond: number): string {
  return `${perSecond.toFixed(perSecond >= 100 ? 0 : 1)}/s`;
}
