// What the flame graph pictures have in common: a drawing holds inclusive widths, so self weight is a frame's width less its children's.
import { UnreadableInputError } from '../../../model/errors.js';
import { frameKey, parseFrameName } from '../../categories/frame-name.js';
import { createProfileBuilder, rootNode, type ProfileBuilder } from '../../profile-builder.js';
import { addWeight, emptyShape, type WeightShape } from '../folded/folded-weights.js';

export interface DrawnFrame {
  name: string;
  /** 0 = the root over everything. */
  level: number;
  left: number;
  width: number;
  /** Inclusive weight in the picture's unit. */
  weight: number;
}

export interface DrawnTree {
  builder: ProfileBuilder;
  /** Of the self weights. */
  shape: WeightShape;
}

/** Above this many boxes nobody has drawn anything. */
export const maxDrawnFrames = 3_000_000;

/** Frames that call everything and never work themselves: where they are the ends, the stacks are drawn from the leaf. */
const neverLeaf =
  /^(?:_start|__libc_start\w*|start_thread|thread_start|__?clone3?|runtime\.goexit\S*|java[./]lang[./]Thread\.run|\(root\)|ret_from_fork\w*)$/;

/**
 * Rebuilds the call tree of a picture. Frames of one level may come in any order, and may reach `tolerance` beyond their parent, in the
 * unit of `left`: pictures round to a tenth of a pixel or a ten-thousandth of a percent. Throws when a frame has no parent, or when children are
 * wider than their parent: then part of the picture is missing or it is no flame graph.
 */
export function treeOfDrawing(frames: readonly DrawnFrame[], tolerance: number, what: string): DrawnTree {
  const builder = createProfileBuilder();
  const ordered = [...frames].sort((a, b) => a.level - b.level || a.left - b.left || b.width - a.width);
  const self = ordered.map((frame) => frame.weight);
  const nodes: number[] = [];
  let above: number[] = [];
  let current: number[] = [];
  let cursor = 0;
  for (const [index, frame] of ordered.entries()) {
    if (index > 0 && frame.level !== ordered[index - 1]?.level) {
      above = current;
      current = [];
      cursor = 0;
    }
    current.push(index);
    if (frame.level === 0) {
      nodes.push(rootNode);
      continue;
    }
    const middle = frame.left + frame.width / 2;
    while (cursor < above.length - 1 && middle >= endOf(ordered[above[cursor] ?? 0])) cursor++;
    const parent = above[cursor];
    const over = parent === undefined ? undefined : ordered[parent];
    if (parent === undefined || over === undefined || middle < over.left - tolerance || middle > endOf(over) + tolerance) {
      throw new UnreadableInputError(`${what}: expected a frame under "${frame.name.slice(0, 80)}", found none. Is the picture complete?`);
    }
    self[parent] = (self[parent] ?? 0) - frame.weight;
    const parsed = parseFrameName(frame.name);
    nodes.push(builder.child(nodes[parent] ?? rootNode, builder.frame(parsed, frameKey(parsed))));
  }
  return { builder, shape: addSelf(builder, ordered, nodes, self, what) };
}

function endOf(frame: DrawnFrame | undefined): number {
  return frame === undefined ? 0 : frame.left + frame.width;
}

function addSelf(
  builder: ProfileBuilder,
  frames: readonly DrawnFrame[],
  nodes: readonly number[],
  self: readonly number[],
  what: string,
): WeightShape {
  const shape = emptyShape();
  const ends = new Map<string, number>();
  const inner = new Set<number>();
  for (const [index, frame] of frames.entries()) {
    const weight = self[index] ?? 0;
    if (weight < -1e-6 * frame.weight) {
      throw new UnreadableInputError(
        `${what}: expected children no wider than "${frame.name.slice(0, 80)}" (${frame.weight}), they are wider by ${-weight}. Is it one picture?`,
      );
    }
    if (weight <= 1e-9 * frame.weight) continue;
    const node = nodes[index] ?? rootNode;
    // What the picture has no frame for belongs to nobody.
    builder.add(
      node === rootNode ? builder.child(rootNode, builder.frame({ name: '[unknown]', module: '', line: null })) : node,
      weight,
      weight,
    );
    addWeight(weight, shape);
    ends.set(frame.name, (ends.get(frame.name) ?? 0) + weight);
    if (weight < 0.999 * frame.weight) inner.add(index);
  }
  judgeOrientation(builder, frames, ends, inner.size > 0, what);
  return shape;
}

/** Pictures drawn with `--reverse` look like any other: callers stand where the leaves should. */
function judgeOrientation(
  builder: ProfileBuilder,
  frames: readonly DrawnFrame[],
  ends: ReadonlyMap<string, number>,
  hasInnerSelf: boolean,
  what: string,
): void {
  const all = [...ends.values()].reduce((sum, weight) => sum + weight, 0);
  const never = [...ends].reduce((sum, [name, weight]) => sum + (neverLeaf.test(name) ? weight : 0), 0);
  if (never > 0.9 * all) {
    throw new UnreadableInputError(
      `${what}: expected stacks that begin at the root; these end there (drawn with --reverse), so callers and leaves are swapped. Draw it without --reverse, or give the folded stacks.`,
    );
  }
  const begins = new Set(frames.filter((frame) => frame.level === 1).map((frame) => frame.name.replace(/\d+/g, '0')));
  if (!hasInnerSelf && begins.size >= 2 * ends.size) {
    builder.note(
      'orientation',
      `${begins.size} frames at the root end in only ${ends.size} functions, and none between works itself: perhaps drawn with --reverse, which swaps callers and leaves`,
    );
  }
}
