import type { FlameNode } from '../model/profile.js';
import { busyProfile } from './busy-profile.js';
import type { HotLine } from './source-hints.js';
import type { StackProfile } from './stack-profile.js';

export interface FlameOptions {
  /** Nodes below this share of the total are left out; their weight stays in the parent's total. */
  minShare?: number;
  maxNodes?: number;
  hotLineHints?: readonly HotLine[];
}

/** V8 and native stacks can be deeper than a drawing or a recursive reader can bear. */
const maxDepth = 400;

/**
 * The call tree for drawing, without idle: children heaviest first, a parent's total = its self + all its children (also the ones left
 * out). The root is called `all`. The limits keep a report small whatever the profile's size is.
 */
export function flameTree(profile: StackProfile, options: FlameOptions = {}): FlameNode {
  const { minShare = 0.001, maxNodes = 5000, hotLineHints = [] } = options;
  const busy = busyProfile(profile, hotLineHints);
  const count = profile.parents.length;
  const self = new Float64Array(count);
  busy.forEachLeafNode((node, weight) => (self[node] = weight));
  const totals = self.slice();
  for (let node = count - 1; node > 0; node--) {
    const parent = profile.parents[node] ?? 0;
    totals[parent] = (totals[parent] ?? 0) + (totals[node] ?? 0);
  }
  const kept = keptNodes(profile, totals, minShare * (totals[0] ?? 0), maxNodes);
  const root: FlameNode = { frame: 'all', module: '', category: 'unknown', self: 0, total: totals[0] ?? 0, children: [] };
  const made = new Map<number, FlameNode>([[0, root]]);
  for (const node of kept) {
    const parent = made.get(profile.parents[node] ?? 0);
    const frame = profile.frames[profile.frameOf[node] ?? -1];
    if (parent === undefined || frame === undefined) continue;
    const flame: FlameNode = {
      frame: frame.name,
      module: frame.module,
      line: frame.line,
      category: heaviestPart(busy.parts(node)) ?? busy.classes.categoryOf(node),
      self: self[node] ?? 0,
      total: totals[node] ?? 0,
      children: [],
    };
    parent.children.push(flame);
    made.set(node, flame);
  }
  for (const flame of made.values()) flame.children.sort((a, b) => b.total - a.total || a.frame.localeCompare(b.frame));
  return root;
}

/** Nodes to draw, parents before children: the heaviest that fit. */
function keptNodes(profile: StackProfile, totals: Float64Array, minWeight: number, maxNodes: number): number[] {
  const depth = new Uint16Array(profile.parents.length);
  const candidates: number[] = [];
  for (let node = 1; node < profile.parents.length; node++) {
    depth[node] = Math.min(maxDepth + 1, (depth[profile.parents[node] ?? 0] ?? 0) + 1);
    const total = totals[node] ?? 0;
    if (total > 0 && total >= minWeight && (depth[node] ?? 0) <= maxDepth) candidates.push(node);
  }
  // A parent is never lighter than its child and comes first among equals, so a cut of the sorted list keeps whole paths.
  candidates.sort((a, b) => (totals[b] ?? 0) - (totals[a] ?? 0) || a - b);
  return candidates.slice(0, maxNodes).sort((a, b) => a - b);
}

function heaviestPart(parts: readonly [FlameNode['category'], number][]): FlameNode['category'] | null {
  const best = [...parts].sort((a, b) => b[1] - a[1])[0];
  return best !== undefined && best[1] > 0 ? best[0] : null;
}
