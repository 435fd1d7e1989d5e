import { percent } from '../../../model/figures.js';
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
  const total = forEachWeighted(profile, (nodeId, durationUs, samples) => {
    const known = stacks(nodeId);
    if (known === null) {
      lost.samples += samples;
      lost.us += durationUs;
      builder.add(builder.child(rootNode, builder.frame({ name: '[unknown]', module: '', line: null })), durationUs, samples);
      return;
    }
    if (known.name === idle) {
      builder.addIdle(durationUs, samples);
      return;
    }
    const isCollector = known.name === garbageCollector;
    const node = isCollector ? builder.child(before, known.frame) : known.node;
    if (!isCollector) before = node;
    builder.add(node, durationUs, samples);
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

/** Without time steps (old files, some traces) samples or hit counts share the span evenly. Returns the number of samples. */
function forEachWeighted(profile: V8Profile, visit: (nodeId: number, durationUs: number, samples: number) => void): number {
  let hasTime = false;
  for (let index = 0; index < profile.timeDeltas.length && !hasTime; index++) hasTime = (profile.timeDeltas[index] ?? 0) > 0;
  if (hasTime && profile.samples.length > 0) {
    forEachV8Sample(profile, (nodeId, _atUs, durationUs) => visit(nodeId, durationUs, 1));
    return profile.samples.length;
  }
  const hits = profile.samples.length > 0 ? Array.from(profile.samples, (id) => ({ id, count: 1 })) : profile.nodes.map(hitsOf);
  const total = hits.reduce((sum, { count }) => sum + count, 0);
  const span = Math.max(0, profile.endTime - profile.startTime);
  for (const { id, count } of hits) if (count > 0) visit(id, span === 0 ? count : (span / total) * count, count);
  return total;
}

/** However large the count, it is one step. */
function hitsOf({ id, hitCount }: V8Node): { id: number; count: number } {
  return { id, count: Math.max(0, Math.trunc(hitCount ?? 0)) };
}

/** Only functions that matter for a ranking are told. */
const leastInlinedShare = 0.05;

function addHotLines(
  profile: V8Profile,
  busyUs: Map<number, number>,
  stacks: (id: number) => TreeNode | null,
  builder: ProfileBuilder,
): void {
  const outside = new Map<string, { frame: Frame; us: number; ownUs: number }>();
  for (const node of profile.nodes) {
    const weight = busyUs.get(node.id) ?? 0;
    const ticks = (node.positionTicks ?? []).filter((tick) => tick.ticks > 0 && tick.line > 0);
    const known = stacks(node.id);
    const sum = ticks.reduce((total, tick) => total + tick.ticks, 0);
    if (weight === 0 || sum === 0 || known === null) continue;
    for (const tick of ticks) builder.addLine(known.node, tick.line, (weight * tick.ticks) / sum);
    const before = ticks.reduce((total, tick) => total + (tick.line <= node.callFrame.lineNumber ? tick.ticks : 0), 0);
    const { url, lineNumber, columnNumber } = node.callFrame;
    const key = `${url}\u0000${lineNumber}:${columnNumber}`;
    const told = outside.get(key) ?? { frame: v8Frame(node), us: 0, ownUs: 0 };
    outside.set(key, { ...told, us: told.us + (weight * before) / sum, ownUs: told.ownUs + weight });
  }
  noteInlined(
    [...outside.values()],
    builder,
    [...busyUs.values()].reduce((sum, us) => sum + us, 0),
  );
}

/** Lines before a function begins are of functions that V8 inlined into it, which it does not name. */
function noteInlined(functions: readonly { frame: Frame; us: number; ownUs: number }[], builder: ProfileBuilder, totalUs: number): void {
  for (const { frame, us, ownUs } of functions) {
    if (us < leastInlinedShare * totalUs || 2 * us < ownUs) continue;
    builder.note(
      'inlined-functions',
      `${percent(us / ownUs)} of the self time of ${frame.name} lies on lines before it begins: V8 inlined other functions there, and charges it for them; look at what it calls`,
    );
  }
}
