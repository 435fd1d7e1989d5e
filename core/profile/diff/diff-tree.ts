import type { StackProfile } from '../stack-profile.js';
import { comparable, functionKey, type Comparable } from './diff-profiles.js';

/** A node of both call trees laid over each other; rates are in the unit of the comparison's basis. */
export interface DiffNode {
  frame: string;
  module: string;
  before: number;
  after: number;
  /** Of the drawing: the mean of both, so that what vanished is seen as well as what is new. */
  total: number;
  children: DiffNode[];
}

interface Growing extends DiffNode {
  byKey: Map<string, Growing>;
}

const maxNodes = 5000;
const minShare = 0.001;
const maxDepth = 400;

/** Both trees in one, without idle: frames below a thousandth of the larger side are left out, their weight stays in their callers. */
export function diffTree(beforeProfile: StackProfile, afterProfile: StackProfile): DiffNode {
  const { before, after } = comparable(beforeProfile, afterProfile);
  const isOneFormat = beforeProfile.format === afterProfile.format;
  const root = grow({ frame: 'all', module: '' });
  addSide(root, before, 'before', isOneFormat);
  addSide(root, after, 'after', isOneFormat);
  return prune(root);
}

function grow({ frame, module }: { frame: string; module: string }): Growing {
  return { frame, module, before: 0, after: 0, total: 0, children: [], byKey: new Map() };
}

function addSide(root: Growing, { busy, rateOf }: Comparable, side: 'before' | 'after', isOneFormat: boolean): void {
  const { profile } = busy;
  const count = profile.parents.length;
  const totals = new Float64Array(count);
  busy.forEachLeafNode((node, weight) => (totals[node] = weight));
  for (let node = count - 1; node > 0; node--) {
    const parent = profile.parents[node] ?? 0;
    totals[parent] = (totals[parent] ?? 0) + (totals[node] ?? 0);
  }
  const minimum = minShare * (totals[0] ?? 0);
  const made = new Map<number, { node: Growing; depth: number }>([[0, { node: root, depth: 0 }]]);
  root[side] += rateOf(totals[0] ?? 0);
  for (let node = 1; node < count; node++) {
    const weight = totals[node] ?? 0;
    const parent = made.get(profile.parents[node] ?? 0);
    const frame = profile.frames[profile.frameOf[node] ?? -1];
    if (weight <= 0 || weight < minimum || parent === undefined || frame === undefined || parent.depth >= maxDepth) continue;
    const key = functionKey(frame.name, frame.module, isOneFormat);
    const child = parent.node.byKey.get(key) ?? grow({ frame: frame.name, module: frame.module });
    parent.node.byKey.set(key, child);
    child[side] += rateOf(weight);
    made.set(node, { node: child, depth: parent.depth + 1 });
  }
}

function prune(root: Growing): DiffNode {
  let left = maxNodes;
  const queue: Growing[] = [root];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    next.total = (next.before + next.after) / 2;
    const children = [...next.byKey.values()].sort((a, b) => b.before + b.after - (a.before + a.after) || a.frame.localeCompare(b.frame));
    next.children = children.slice(0, Math.max(0, left));
    left -= next.children.length;
    queue.push(...children.slice(0, next.children.length));
  }
  return root;
}
