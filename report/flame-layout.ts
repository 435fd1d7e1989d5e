import type { FlameNode } from '../core/model/profile.js';

/** Whatever can be drawn: a call tree of one profile or of two. */
interface Drawable<N> {
  total: number;
  children: N[];
}

/** A frame's place: `start` and `width` are 0..1 of the whole profile, `depth` counts from the root. */
export interface FlameBox<N = FlameNode> {
  node: N;
  depth: number;
  start: number;
  width: number;
}

/** All frames, parents before children, siblings in their order. Without recursion: stacks may be hundreds of frames deep. */
export function layoutFlame<N extends Drawable<N>>(root: N): FlameBox<N>[] {
  if (!(root.total > 0)) return [];
  const boxes: FlameBox<N>[] = [];
  const open: FlameBox<N>[] = [{ node: root, depth: 0, start: 0, width: 1 }];
  for (let box = open.pop(); box !== undefined; box = open.pop()) {
    boxes.push(box);
    open.push(...childBoxes(box, root.total).reverse());
  }
  return boxes;
}

/** Children never extend beyond their parent, even if the weights of a foreign file do not add up. */
function childBoxes<N extends Drawable<N>>({ node, depth, start, width }: FlameBox<N>, total: number): FlameBox<N>[] {
  const weights = node.children.map((child) => Math.max(0, child.total) / total);
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const scale = sum > width ? width / sum : 1;
  let at = start;
  return node.children.map((child, index) => {
    const box = { node: child, depth: depth + 1, start: at, width: (weights[index] ?? 0) * scale };
    at += box.width;
    return box;
  });
}
