import type { Frame } from '../../../model/profile.js';
import { rootNode, type ProfileBuilder } from '../../profile-builder.js';
import { forEachV8Sample, type V8Node, type V8Profile } from './v8-profile.js';

export const garbageCollector = '(garbage collector)';

/** What V8 calls idle; the loop waits in the kernel. */
const idle = '(idle)';

/** Code without a URL is V8's or Node's own native code. */
export const nativeModule = '[v8]';

export function v8Frame(node: V8Node): Frame {
  return alFrame(node) ?? frameOfCall(node.callFrame);
}

/** A method of AL (.alcpuprofile): its application and object are its module; null for everything else. */
function alFrame({ callFrame, declaringApplication, applicationDefinition }: V8Node): Frame | null {
  if (declaringApplication === undefined) return null;
  if (callFrame.functionName === 'IdleTime') return { name: idle, module: '', line: null };
  const object = applicationDefinition === undefined ? '' : `/${applicationDefinition.objectType} ${applicationDefinition.objectName}`;
  return { ...frameOfCall(callFrame), module: `${declaringApplication.appName}${object}` };
}

/** The frame of a call-tree node; lines become 1-based. */
export function frameOfCall({ functionName, url, lineNumber }: V8Node['callFrame']): Frame {
  const isMeta = functionName.startsWith('(') && url === '';
  return {
    name: functionName === '' ? '(anonymous)' : functionName,
    module: url === '' && !isMeta && !functionName.startsWith('RegExp:') ? nativeModule : url,
    line: lineNumber >= 0 ? lineNumber + 1 : null,
  };
}

/**
 * Adds one V8 profile to a builder. `(idle)` is kept apart. The collector hangs off the root in V8's tree; here it goes under the stack
 * that ran before it, which is the one that allocated. Everything else keeps its place.
 */
export function addV8Profile(profile: V8Profile, builder: ProfileBuilder): void {
  const stacks = nodeReader(profile, builder);
  const busyUs = new Map<number, number>();
  const lost = { samples: 0, us: 0 };
  let before = rootNode;
  const total = forEachWeighted(profile, (nodeId, durationUs) => {
    const known = stacks(nodeId);
    if (known === null) {
      lost.samples++;
      lost.us += durationUs;
      builder.add(builder.child(rootNode, builder.frame({ name: '[unknown]', module: '', line: null })), durationUs, 1);
      return;
    }
    if (known.name === idle) {
      builder.addIdle(durationUs, 1);
      return;
    }
    const isCollector = known.name === garbageCollector;
    const node = isCollector ? builder.child(before, known.frame) : known.node;
    if (!isCollector) before = node;
    builder.add(node, durationUs, 1);
    if (!isCollector) busyUs.set(nodeId, (busyUs.get(nodeId) ?? 0) + durationUs);
  });
  if (lost.samples > 0)
    builder.note(
      'left-out',
      `${lost.samples} of ${total} samples name functions that are not in the file: they count as [unknown] (${(lost.us / 1000).toFixed(1)} ms)`,
    );
  addHotLines(profile, busyUs, stacks, builder);
}

interface TreeNode {
  node: number;
  frame: number;
  name: string;
}

function nodeReader(profile: V8Profile, builder: ProfileBuilder): (id: number) => TreeNode | null {
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map<number, number>();
  for (const node of profile.nodes) {
    if (node.parent !== undefined) parents.set(node.id, node.parent);
    for (const child of node.children ?? []) parents.set(child, node.id);
  }
  const cache = new Map<number, TreeNode>();
  const place = (node: V8Node, parent: number): TreeNode => {
    const frame = v8Frame(node);
    const { lineNumber, columnNumber } = node.callFrame;
    const id = builder.frame(frame, `${frame.name}\u0000${frame.module}\u0000${lineNumber}:${columnNumber}`);
    const isRoot = frame.name === '(root)' && !parents.has(node.id);
    return { node: isRoot ? rootNode : builder.child(parent, id), frame: id, name: frame.name };
  };
  return (id) => {
    const pending: V8Node[] = [];
    let known = cache.get(id);
    for (let at: number | undefined = id; at !== undefined && known === undefined && pending.length <= profile.nodes.length;) {
      const node = byId.get(at);
      // What is known of a stack whose outer part was lost is kept.
      if (node === undefined) break;
      pending.push(node);
      at = parents.get(at);
      known = at === undefined ? undefined : cache.get(at);
    }
    for (const node of pending.reverse()) {
      known = place(node, known?.node ?? rootNode);
      cache.set(node.id, known);
    }
    return known ?? null;
  };
}

/** Without time steps (old files, some traces) hit counts share the span evenly. Returns the number of samples. */
function forEachWeighted(profile: V8Profile, visit: (nodeId: number, durationUs: number) => void): number {
  let hasTime = false;
  for (let index = 0; index < profile.timeDeltas.length && !hasTime; index++) hasTime = (profile.timeDeltas[index] ?? 0) > 0;
  if (hasTime && profile.samples.length > 0) {
    forEachV8Sample(profile, (nodeId, _atUs, durationUs) => visit(nodeId, durationUs));
    return profile.samples.length;
  }
  const hits: ArrayLike<number> = profile.samples.length > 0 ? profile.samples : profile.nodes.flatMap((node) => repeated(node));
  const each = hits.length === 0 ? 0 : Math.max(0, profile.endTime - profile.startTime) / hits.length;
  for (let index = 0; index < hits.length; index++) visit(hits[index] ?? 0, each === 0 ? 1 : each);
  return hits.length;
}

/** A hostile hit count must not become a huge array. */
function repeated(node: V8Node): number[] {
  const hits = Math.min(Math.max(0, Math.trunc(node.hitCount ?? 0)), 1_000_000);
  return Array.from({ length: hits }, () => node.id);
}

function addHotLines(
  profile: V8Profile,
  busyUs: Map<number, number>,
  stacks: (id: number) => TreeNode | null,
  builder: ProfileBuilder,
): void {
  for (const node of profile.nodes) {
    const weight = busyUs.get(node.id) ?? 0;
    const ticks = (node.positionTicks ?? []).filter((tick) => tick.ticks > 0 && tick.line > 0);
    const known = stacks(node.id);
    const sum = ticks.reduce((total, tick) => total + tick.ticks, 0);
    if (weight === 0 || sum === 0 || known === null) continue;
    for (const tick of ticks) builder.addLine(known.node, tick.line, (weight * tick.ticks) / sum);
  }
}
