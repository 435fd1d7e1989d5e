import type { SubWindow } from '../../core/model/load-result.js';
import { niceTicks, type ChartSize } from './chart-frame.js';
import { safeHtml, type Html } from './html-text.js';

/** Heights of the drawings, and of what is above and below their plots. */
export const heights = { latency: 230, rate: 130, users: 92, top: 14, bottom: 30 };

export interface Axes {
  x: (atMs: number) => number;
  y: (value: number) => number;
  right: number;
  frame: Html;
}

/** Axes from zero to `most`, with the seconds below. */
export function axes(
  size: ChartSize,
  height: number,
  most: number,
  { endMs, unit }: { endMs: number; unit: (tick: number) => string },
): Axes {
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

export function endOf(subWindows: readonly SubWindow[]): number {
  const last = subWindows.at(-1);
  return last === undefined ? 0 : last.startMs + last.durationMs;
}
