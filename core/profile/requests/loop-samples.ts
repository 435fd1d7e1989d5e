import type { Frame } from '../../model/profile.js';
import { workKeyOf, type LoopSample } from './charge-samples.js';
import { v8Samples, type V8Profile } from '../formats/v8/v8-profile.js';
import { garbageCollector, v8Frame } from '../formats/v8/v8-tree.js';
import { isApplicationFrame } from '../categories/frame-category.js';

export interface LoopStack {
  /** Root first, without `(root)`. */
  frames: Frame[];
  innermostApplication: Frame | null;
}

/** Busy samples of a V8 profile in time order, with the stacks they point to. Idle time is left out; the collector keeps the stack before it. */
export function loopSamples(profile: V8Profile): { samples: LoopSample[]; stacks: ReadonlyMap<number, LoopStack> } {
  const facts = stackReader(profile);
  const stacks = new Map<number, LoopStack>();
  const samples: LoopSample[] = [];
  let before: number | null = null;
  for (const { nodeId, atUs, durationUs } of v8Samples(profile)) {
    const fact = facts(nodeId);
    if (fact === null || fact.leaf === '(idle)' || fact.leaf === '(root)') {
      before = null;
      continue;
    }
    // Native code and the collector hang off the root; they belong to what ran before them without a pause.
    const isDetached = fact.leaf === garbageCollector || fact.leaf === '(program)';
    const stackId = isDetached && before !== null ? before : nodeId;
    const stack = facts(stackId) ?? fact;
    if (!isDetached) before = nodeId;
    stacks.set(stackId, stack);
    samples.push({ atUs, durationUs, stackId, workKey: stack.workKey, entry: stack.entry });
  }
  return { samples, stacks };
}

interface StackFacts extends LoopStack {
  leaf: string;
  workKey: string | null;
  entry: LoopSample['entry'];
}

function stackReader(profile: V8Profile): (id: number) => StackFacts | null {
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map<number, number>();
  for (const node of profile.nodes) {
    if (node.parent !== undefined) parents.set(node.id, node.parent);
    for (const child of node.children ?? []) parents.set(child, node.id);
  }
  const cache = new Map<number, StackFacts | null>();
  const read = (id: number): StackFacts | null => {
    const frames: Frame[] = [];
    for (let at: number | undefined = id; at !== undefined && frames.length <= byId.size; at = parents.get(at)) {
      const node = byId.get(at);
      if (node !== undefined) frames.unshift(v8Frame(node));
    }
    const leaf = frames.at(-1)?.name;
    if (leaf === undefined) return null;
    const own = frames.filter(isApplicationFrame);
    const outermost = own[0];
    return {
      frames: frames.filter((frame) => frame.name !== '(root)'),
      innermostApplication: own.at(-1) ?? null,
      leaf,
      workKey: outermost === undefined ? null : workKeyOf(outermost),
      entry: entryOf(frames),
    };
  };
  return (id) => {
    const known = cache.get(id);
    if (known !== undefined) return known;
    const made = read(id);
    cache.set(id, made);
    return made;
  };
}

/** Names of Node's own functions through which the loop enters JavaScript; the outermost ones tell. */
function entryOf(frames: readonly Frame[]): LoopSample['entry'] {
  const isNode = (frame: Frame): boolean => frame.module.startsWith('node:');
  if (frames.some((frame) => isNode(frame) && /^(?:parserOnIncoming|onServerStream|onStreamEventDispatch)$/.test(frame.name)))
    return 'request';
  return frames.some((frame) => isNode(frame) && /^(?:listOnTimeout|processTimers)$/.test(frame.name)) ? 'timer' : 'other';
}
