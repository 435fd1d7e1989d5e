import type { FlameNode } from '../core/model/profile.js';
import { categoryColours, inkOnColour } from './category-colours.js';
import { layoutFlame, type FlameBox } from './flame-layout.js';
import { shorten, toOneLine } from './foreign-text.js';
import { safeHtml, noHtml, type Html } from './html/html-text.js';
import { percent } from './words.js';

export interface FlameSvgOptions {
  /** Read by screen readers instead of the drawing. */
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
  const { title = 'Flame graph', widthPx = 1200, rowPx = 18, minWidthPx = 1 } = options;
  const boxes = layoutFlame(node).filter((box) => box.width * widthPx >= minWidthPx);
  const rows = boxes.reduce((most, box) => Math.max(most, box.depth + 1), 1);
  const heightPx = rows * rowPx;
  const size = `viewBox="0 0 ${widthPx} ${heightPx}" width="${widthPx}" height="${heightPx}"`;
  const font = `font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="11"`;
  const drawn = boxes.map((box) => drawBox(box, { widthPx, rowPx, total: node.total }));
  return safeHtml`<svg xmlns="http://www.w3.org/2000/svg" ${{ markup: size }} role="img" aria-label="${title}" ${{ markup: font }}>${drawn}
</svg>`.markup;
}

function drawBox(box: FlameBox, { widthPx, rowPx, total }: { widthPx: number; rowPx: number; total: number }): Html {
  const { node, depth } = box;
  const [name, module] = [toOneLine(node.frame), toOneLine(node.module)];
  const [x, y, width] = [box.start * widthPx, depth * rowPx, box.width * widthPx];
  const title = `${name}${module === '' ? '' : ` (${module})`}: ${percent(box.width)} of the profile, ${percent(node.self / total)} self, ${node.category}`;
  const place = `x="${x.toFixed(2)}" y="${y}" width="${Math.max(0.2, width - 0.5).toFixed(2)}" height="${rowPx - 1}"`;
  return safeHtml`
<g><title>${title}</title><rect ${{ markup: place }} rx="1.5" fill="${categoryColours[node.category]}"/>${label(name, { x, y: y + rowPx * 0.7, width })}</g>`;
}

function label(name: string, { x, y, width }: { x: number; y: number; width: number }): Html {
  const fits = Math.floor((width - 6) / characterPx);
  if (fits < 3) return noHtml;
  return safeHtml`<text x="${(x + 3).toFixed(2)}" y="${y.toFixed(1)}" fill="${inkOnColour}">${shorten(name, fits)}</text>`;
}
