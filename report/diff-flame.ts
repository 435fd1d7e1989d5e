import type { DiffNode } from '../core/profile/diff/diff-tree.js';
import type { DiffBasis } from '../core/profile/diff/diff-profiles.js';
import { drawFlame, placed, type FlameSvgOptions } from './flame-graph.js';
import { layoutFlame } from './flame-layout.js';
import { percent } from './words.js';

/** A change of this part of the larger whole has the full colour. People look for changes of a tenth of the whole. */
const fullColour = 0.1;

/** A rate of a comparison in words. */
export function rateText(rate: number, basis: DiffBasis): string {
  if (basis === 'share') return percent(Math.abs(rate)).replace(/^/, rate < 0 ? '−' : '');
  const unit = basis === 'milliseconds-per-second' ? 'ms/s' : 'B/s';
  return `${Number(rate.toPrecision(3))} ${unit}`;
}

/**
 * Two profiles in one flame graph: red grew, blue shrank, and the deeper the colour, the larger the change. Widths are the mean of both, so that what
 * vanished is shown, too.
 */
export function renderDiffSvg(root: DiffNode, basis: DiffBasis, options: FlameSvgOptions = {}): string {
  const whole = Math.max(root.before, root.after);
  return drawFlame(layoutFlame(root), { title: 'Differential flame graph', ...options }, ({ node }) => {
    const change = node.after - node.before;
    return {
      name: node.frame,
      title: `${placed(node.frame, node.module)}: ${rateText(node.before, basis)} before, ${rateText(node.after, basis)} after`,
      fill: colourOf(whole > 0 ? change / whole : 0),
    };
  });
}

/** White for no change, mixed towards a red or a blue on which dark text can be read. */
function colourOf(change: number): string {
  const strength = Math.min(1, Math.abs(change) / fullColour);
  const [red, green, blue] = change > 0 ? [240, 110, 100] : [105, 155, 240];
  const mixed = [red, green, blue].map((full) => Math.round(245 + (full - 245) * strength));
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}
