import type { ProfileCategory, ProfileLeaf } from '../../model/profile.js';
import type { BusyProfile } from '../busy-profile.js';
import { frameAt } from '../categories/categories.js';
import { shareInterval } from './interval.js';
import { stackFrames } from '../stack-profile.js';

interface LeafSum {
  frameId: number;
  self: number;
  heaviestNode: number;
  heaviestWeight: number;
  categories: Map<ProfileCategory, number>;
  lines: Map<number, number>;
}

/** Functions by self weight, heaviest first: a function is one row whatever called it, and inclusive weight plays no part. */
export function rankLeaves(busy: BusyProfile): ProfileLeaf[] {
  const sums = new Map<number, LeafSum>();
  busy.forEachLeafNode((node, weight) => {
    const frameId = busy.profile.frameOf[node] ?? -1;
    const sum: LeafSum = sums.get(frameId) ?? {
      frameId,
      self: 0,
      heaviestNode: node,
      heaviestWeight: 0,
      categories: new Map(),
      lines: new Map(),
    };
    sums.set(frameId, sum);
    sum.self += weight;
    if (weight > sum.heaviestWeight) Object.assign(sum, { heaviestNode: node, heaviestWeight: weight });
    for (const [category, part] of busy.parts(node)) sum.categories.set(category, (sum.categories.get(category) ?? 0) + part);
    for (const { line, weight: part } of busy.profile.hotLines.get(node) ?? []) sum.lines.set(line, (sum.lines.get(line) ?? 0) + part);
  });
  return [...sums.values()].sort((a, b) => b.self - a.self || a.frameId - b.frameId).map((sum) => toLeaf(sum, busy));
}

function toLeaf(sum: LeafSum, busy: BusyProfile): ProfileLeaf {
  const frame = frameAt(busy.profile, sum.frameId) ?? { name: '[unknown]', module: '', line: null };
  const selfShare = busy.total > 0 ? Math.min(1, sum.self / busy.total) : 0;
  return {
    frame: frame.name,
    module: frame.module,
    line: frame.line ?? heaviest(sum.lines),
    self: sum.self,
    selfShare,
    ci: shareInterval(selfShare, busy.effectiveSamples),
    category: heaviest(sum.categories) ?? 'unknown',
    stack: stackFrames(busy.profile, sum.heaviestNode).map((entry) => entry.name),
    applicationFrame: frameAt(busy.profile, busy.classes.applicationFrameOf(sum.heaviestNode)),
  };
}

function heaviest<K>(weights: Map<K, number>): K | null {
  let best: K | null = null;
  let most = 0;
  for (const [key, weight] of weights) {
    if (weight <= most) continue;
    best = key;
    most = weight;
  }
  return best;
}

/** Without a number of samples a winner is called only when it has at least twice the weight of the next: no chance would do that. */
const clearLead = 2;

/** The first leaf and all whose interval overlaps its own: more than one name is a tie, and is told as one. */
export function leadingLeaves(leaves: readonly ProfileLeaf[], samples: number | null): ProfileLeaf[] {
  const first = leaves[0];
  if (first === undefined) return [];
  if (samples === null) return leaves.filter((leaf) => leaf === first || leaf.selfShare * clearLead > first.selfShare);
  return leaves.filter((leaf) => leaf === first || leaf.ci[1] >= first.ci[0]);
}
