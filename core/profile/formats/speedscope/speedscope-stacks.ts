import { z } from 'zod';
import { UnreadableInputError } from '../../../model/errors.js';
import { createCallTree } from '../../call-tree.js';
import { rootNode, type ProfileBuilder } from '../../profile-builder.js';
import { createNumberList, type NumberList } from '../input/number-list.js';
import { numeric } from '../v8/v8-profile.js';

/** Samples and events of a file while it streams in: the frames, and what the profiles measure, may come after them. */
export interface SpeedscopeStacks {
  addSample(profile: number, stack: unknown): void;
  addWeight(profile: number, weight: number): void;
  addEvent(profile: number, event: unknown): void;
  isEmpty(profile: number): boolean;
  /** Nodes of the raw tree with their weights. `endValue` closes frames that are still open. */
  records(
    profile: number,
    endValue: number | null,
  ): { nodes: ArrayLike<number>; weights: ArrayLike<number>; notes: [id: string, detail: string][] };
  /** Maps nodes of the raw tree into the builder's. Without frames a sample has no name, unless its weight is known to be the root's. */
  placesIn(builder: ProfileBuilder, frameIds: readonly number[], isRootKept: boolean): (node: number) => number;
}

const stackSchema = z.array(numeric);
const eventSchema = z.object({ type: z.enum(['O', 'C']), frame: numeric, at: numeric });

interface Recorded {
  nodes: NumberList;
  weights: NumberList;
  hasWeights: boolean;
  isEvented: boolean;
  open: { node: number; frame: number }[];
  before: number | null;
  clockBack: number;
}

export function createSpeedscopeStacks(): SpeedscopeStacks {
  /** Its frames are the places in `shared.frames`. */
  const tree = createCallTree();
  const profiles = new Map<number, Recorded>();

  const recorded = (profile: number): Recorded => {
    const known = profiles.get(profile);
    if (known !== undefined) return known;
    const made: Recorded = {
      nodes: createNumberList('speedscope'),
      weights: createNumberList('speedscope'),
      hasWeights: false,
      isEvented: false,
      open: [],
      before: null,
      clockBack: 0,
    };
    profiles.set(profile, made);
    return made;
  };

  const record = (into: Recorded, node: number, weight: number): void => {
    into.nodes.push(node);
    into.weights.push(weight);
  };

  return {
    addSample(profile, raw) {
      const stack = stackSchema.safeParse(raw);
      if (!stack.success)
        throw new UnreadableInputError(`speedscope: expected samples as lists of frame numbers. ${z.prettifyError(stack.error)}`);
      recorded(profile).nodes.push(stack.data.reduce((node, frame) => tree.child(node, frame), rootNode));
    },
    addWeight(profile, weight) {
      if (!Number.isFinite(weight)) throw new UnreadableInputError('speedscope: expected numbers in `weights`, got something else.');
      const into = recorded(profile);
      into.hasWeights = true;
      into.weights.push(weight);
    },
    addEvent(profile, raw) {
      const event = eventSchema.safeParse(raw);
      if (!event.success)
        throw new UnreadableInputError(`speedscope: expected events with type, frame and at. ${z.prettifyError(event.error)}`);
      const into = recorded(profile);
      into.isEvented = true;
      const { type, frame, at } = event.data;
      const top = into.open.at(-1);
      const before = into.before ?? at;
      if (at < before) into.clockBack++;
      // Self time of the open frame is the gap to the next event; a clock that steps back counts as no gap.
      if (top !== undefined && at > before) record(into, top.node, at - before);
      into.before = Math.max(before, at);
      if (type === 'O') into.open.push({ node: tree.child(top?.node ?? rootNode, frame), frame });
      else if (top?.frame === frame) into.open.pop();
      else
        throw new UnreadableInputError(
          `speedscope: expected the innermost open frame to close first, but frame ${frame} closes at ${at} while ${top?.frame ?? 'none'} is open.`,
        );
    },
    isEmpty: (profile) => (profiles.get(profile)?.nodes.length() ?? 0) === 0,
    records(profile, endValue) {
      const { nodes, weights, hasWeights, isEvented, open, before, clockBack } = recorded(profile);
      const top = open.at(-1);
      const notes: [string, string][] = [];
      if (top !== undefined) {
        notes.push(['open-frames', `${open.length} frames are still open at the end of the file: they last until its endValue`]);
        if (endValue !== null && before !== null && endValue > before) record(recorded(profile), top.node, endValue - before);
      }
      if (clockBack > 0) notes.push(['clock-back', `the clock of ${clockBack} events is behind the one before: no time passed there`]);
      if (!isEvented && hasWeights && weights.length() !== nodes.length()) {
        throw new UnreadableInputError(
          `speedscope: expected one weight a sample, got ${nodes.length()} samples and ${weights.length()} weights: which belongs to which cannot be told.`,
        );
      }
      return {
        nodes: nodes.values(),
        weights: isEvented || hasWeights ? weights.values() : new Float64Array(nodes.length()).fill(1),
        notes,
      };
    },
    placesIn(builder, frameIds, isRootKept) {
      const { parents, frameOf } = tree.columns();
      const places = new Int32Array(parents.length).fill(-1);
      const unknown = { name: '[unknown]', module: '', line: null };
      const frameId = (raw: number): number => {
        const known = frameIds[raw];
        if (known !== undefined) return known;
        throw new UnreadableInputError(`speedscope: expected numbers of the ${frameIds.length} shared frames in the stacks, got ${raw}.`);
      };
      places[rootNode] = rootNode;
      const place = (node: number): number => {
        const pending: number[] = [];
        let at = node;
        for (; places[at] === -1; at = parents[at] ?? rootNode) pending.push(at);
        for (const next of pending.reverse())
          places[next] = builder.child(places[parents[next] ?? rootNode] ?? rootNode, frameId(frameOf[next] ?? -1));
        return places[node] ?? rootNode;
      };
      return (node) => (node === rootNode && !isRootKept ? builder.child(rootNode, builder.frame(unknown)) : place(node));
    },
  };
}
