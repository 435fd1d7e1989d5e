import { safeHtml, type Html } from './html-text.js';

/** A drawing for a desktop and one for a phone, because text that shrinks with its drawing cannot be read. */
export interface ChartSize {
  width: number;
  left: number;
  /** Room for the names at the ends of the lines. */
  right: number;
}

export const chartSizes: Record<'wide' | 'narrow', ChartSize> = {
  wide: { width: 760, left: 64, right: 150 },
  narrow: { width: 362, left: 62, right: 116 },
};

/** Upper bound of a character's width in bold text of 12 px (measured in DejaVu Sans: 7.8). */
const characterWidth = 8.2;

/** The drawing with at least the room that these names take. */
export function withRoomFor(names: readonly string[], size: ChartSize): ChartSize {
  const longest = Math.max(0, ...names.map((name) => name.length));
  return { ...size, right: Math.max(size.right, 8 + Math.ceil(longest * characterWidth)) };
}

/** Smallest distance at which lines of 12 px text do not touch. */
const nameHeight = 16;

export interface Label {
  y: number;
  text: string;
  kind: string;
}

/** Places the labels in one column, each as near to its value as the labels above and below allow: none overlaps another, none leaves the drawing. */
export function spread(labels: readonly Label[], top: number, bottom: number): Label[] {
  const sorted = labels.map((label) => ({ ...label })).sort((a, b) => a.y - b.y);
  let free = top;
  for (const label of sorted) {
    label.y = Math.max(label.y, free);
    free = label.y + nameHeight;
  }
  let most = bottom;
  for (const label of sorted.reverse()) {
    label.y = Math.min(label.y, most);
    most = label.y - nameHeight;
  }
  return sorted.reverse();
}

export function labelColumn(labels: readonly Label[], { x, top, bottom }: { x: number; top: number; bottom: number }): Html[] {
  return spread(labels, top, bottom).map(
    ({ y, text, kind }) => safeHtml`<text class="${kind} name" x="${x}" y="${y.toFixed(1)}" dy="4">${text}</text>`,
  );
}

/** Steps of 1, 2, 2.5 or 5 times a power of ten, at most `steps` of them. */
export function niceTicks(most: number, steps: number): number[] {
  const rough = most / steps;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  return Array.from({ length: Math.floor(most / step + 1e-9) + 1 }, (_, index) => index * step);
}

/** Both drawings; the style sheet shows the one that fits. */
export function forBothSizes(draw: (size: ChartSize) => Html): Html {
  return safeHtml`<div class="wide">${draw(chartSizes.wide)}</div><div class="narrow">${draw(chartSizes.narrow)}</div>`;
}
