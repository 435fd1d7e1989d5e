import { createProfileBuilder, detached, rootNode, type ProfileBuilder } from '../../profile-builder.js';
import { createByteNames, type ByteNames } from '../input/byte-names.js';
import { createStackCache, type StackCache } from '../input/stack-cache.js';
import { createLineCache, type LineCache } from '../input/line-cache.js';
import type { TextBlock } from '../input/text-words.js';
import { createKnownCallers, type Callers, type KnownCallers } from './known-callers.js';
import { parsePerfFrame } from './perf-frame.js';
import type { FrameSpan } from './perf-lines.js';

/** Samples of one event type; different events count different things and are never added up. */
export interface EventTree {
  event: string;
  builder: ProfileBuilder;
  /** Frame ids by symbol and dso. */
  names: ByteNames;
  /** Frame ids by whole lines, address included. */
  frameLines: LineCache;
  callers: KnownCallers;
  placed: StackCache;
  processes: Map<string, number>;
  samples: number;
  withoutStack: number;
  withoutPeriod: number;
  firstSeconds: number | null;
  lastSeconds: number | null;
}

export function createEventTree(event: string, seconds: number | null): EventTree {
  return {
    event: detached(event),
    builder: createProfileBuilder(),
    names: createByteNames(),
    frameLines: createLineCache(),
    callers: createKnownCallers(),
    placed: createStackCache(),
    processes: new Map(),
    samples: 0,
    withoutStack: 0,
    withoutPeriod: 0,
    firstSeconds: seconds,
    lastSeconds: seconds,
  };
}

const decoder = new TextDecoder();

export function frameIn(tree: EventTree, { bytes, words }: TextBlock, span: FrameSpan): number {
  const { symbolStart, symbolEnd, dsoStart, dsoEnd } = span;
  const known = tree.names.get(words, symbolStart, symbolEnd, dsoStart, dsoEnd);
  if (known !== -1) return known;
  const frame = parsePerfFrame(decoder.decode(bytes.subarray(symbolStart, symbolEnd)), decoder.decode(bytes.subarray(dsoStart, dsoEnd)));
  const id = tree.builder.frame(frame);
  tree.names.set(id);
  return id;
}

/** The node under which the stacks of a process stand. */
export function processNode(tree: EventTree, comm: string): number {
  if (comm === '') return rootNode;
  let frame = tree.processes.get(comm);
  if (frame === undefined) {
    frame = tree.builder.frame({ name: comm, module: '[process]', line: null });
    tree.processes.set(detached(comm), frame);
  }
  return tree.builder.child(rootNode, frame);
}

/** The node of a stack of which the leaf comes first. */
export function placeStack({ builder, placed }: EventTree, root: number, stack: Int32Array, depth: number): number {
  const known = placed.get(root, stack, depth);
  if (known !== -1) return known;
  let node = root;
  for (let at = depth - 1; at >= 0; at--) node = builder.child(node, stack[at] ?? 0);
  placed.set(root, stack, depth, node);
  return node;
}

/** The node of a leaf whose callers were known as a whole. */
export function placeUnderCallers({ builder }: EventTree, root: number, leaf: number, callers: Callers): number {
  if (callers.root !== root) {
    let node = root;
    for (let at = callers.ids.length - 1; at >= 0; at--) node = builder.child(node, callers.ids[at] ?? 0);
    callers.root = root;
    callers.node = node;
  }
  return builder.child(callers.node, leaf);
}
