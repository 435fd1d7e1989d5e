import type { FlameNode } from '../core/model/profile.js';
import { categoryColours, inkOnColour } from './category-colours.js';
import { layoutFlame, type FlameBox } from './flame-layout.js';
import { shorten, toOneLine } from './foreign-text.js';
import { safeHtml, noHtml, type Html } from './html/html-text.js';
import { percent } from './words.js';

export interface FlameSvgOptions {
  /** Screen readers read this instead of the drawing. */
  title?: string;
  widthPx?: number;
  rowPx?: number;
  /** Frames narrower than this are left out. */
  minWidthPx?: number;
}

/** Mean advance of a monospace character at 11 px. */
const characterPx = 6.7;

/**
 * The flame graph as a static SVG, root on top, with a tooltip (`<title>`) per frame. Needs no script and no style sheet; frame names are
 * escaped. An empty profile gives an empty drawing.
 */
export function renderFlameSvg(node: FlameNode, options: FlameSvgOptions = {}): string {
  return drawFlame(layoutFlame(node), options, ({ node: { frame, module, self, category }, width }) => ({
    name: frame,
    title: `${placed(frame, module)}: ${percent(width)} of the profile, ${percent(self / node.total)} self, ${category}`,
    fill: categoryColours[category],
  }));
}

export function placed(frame: string, module: string): string {
  return `${toOneLine(frame)}${module === '' ? '' : ` (${toOneLine(module)})`}`;
}

/** How one frame is shown. */
export interface FlameLook {
  name: string;
  title: string;
  fill: string;
}

/** Any laid-out tree as a static SVG. */
export function drawFlame<N>(all: readonly FlameBox<N>[], options: FlameSvgOptions, lookOf: (box: FlameBox<N>) => FlameLook): string {
  const { title = 'Flame graph', widthPx = 1200, rowPx = 18, minWidthPx = 1 } = options;
  const boxes = all.filter((box) => box.width * widthPx >= minWidthPx);
  const rows = boxes.reduce((most, box) => Math.max(most, box.depth + 1), 1);
  const heightPx = rows * rowPx;
  const size = `viewBox="0 0 ${widthPx} ${heightPx}" width="${widthPx}" height="${heightPx}"`;
  const font = `font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="11"`;
  const drawn = boxes.map((box) => drawBox(box, lookOf(box), { widthPx, rowPx }));
  return safeHtml`<svg xmlns="http://www.w3.org/2000/svg" ${{ markup: size }} role="img" aria-label="${title}" ${{ markup: font }}>${drawn}
</svg>`.markup;
}

function drawBox(
  box: Omit<FlameBox, 'node'>,
  { name, title, fill }: FlameLook,
  { widthPx, rowPx }: { widthPx: number; rowPx: number },
): Html {
  const [x, y, width] = [box.start * widthPx, box.depth * rowPx, box.width * widthPx];
  const place = `x="${x.toFixed(2)}" y="${y}" width="${Math.max(0.2, width - 0.5).toFixed(2)}" height="${rowPx - 1}"`;
  return safeHtml`
<g><title>${title}</title><rect ${{ markup: place }} rx="1.5" fill="${fill}"/>${label(toOneLine(name), { x, y: y + rowPx * 0.7, width })}</g>`;
}

function label(name: string, { x, y, width }: { x: number; y: number; width: number }): Html {
  const fits = Math.floor((width - 6) / characterPx);
  if (fits < 3) return noHtml;
  return safeHtml`<text x="${(x + 3).toFixed(2)}" y="${y.toFixed(1)}" fill="${inkOnColour}">${shorten(name, fits)}</text>`;
}
