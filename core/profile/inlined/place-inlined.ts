// V8 charges a sample inside a function that it inlined to the function around it, but with the line of the inlined one: its symbolizer expands inlined
// functions on the callers of a stack only, not at the place that runs. So a small hot function vanishes behind its caller. (Measured on Node 20.20 and
// 22.23; Node 24.22 names them itself.)
import { groupBy } from '../../model/group-by.js';
import type { V8Node, V8Profile } from '../formats/v8/v8-profile.js';
import { CallTreeEditor, functionKey, pathOf, type Call, type CallFrame } from './call-tree-editor.js';
import { chooseFunctions, type Callee, type FunctionExtent } from './choose-functions.js';

/** Lines of the function at a position of V8 (0-based); null where its source is not known. */
export type ExtentLookup = (callFrame: CallFrame) => FunctionExtent | null;

/**
 * Moves samples that lie on lines outside of their function to the function in whose code they lie, where the profile saw that the one calls the other
 * and no other callee explains them. What stays open stays where V8 put it. Lines are known of all samples of a node together, so those that move
 * are taken evenly over time.
 */
export function placeInlined(profile: V8Profile, extentOf: ExtentLookup): V8Profile {
  const tree = new CallTreeEditor(profile);
  const functions = groupBy(profile.nodes, ({ callFrame }) => functionKey(callFrame));
  for (const nodes of functions.values()) {
    const outside = ticksOutside(nodes, extentOf);
    if (outside.size === 0) continue;
    const callees = calleesOf(nodes, tree, functions, extentOf);
    const chosen = chooseFunctions(outside, [...callees.values()]);
    for (const node of nodes) for (const [callee, lines] of linesByCallee(chosen)) tree.moveTicks(node, lines, callee.path);
  }
  return tree.edited();
}

/** Samples of one function by line, of those lines that are not its own. Of a function whose end is not known these are the lines before it begins. */
function ticksOutside(nodes: readonly V8Node[], extentOf: ExtentLookup): Map<number, number> {
  const outside = new Map<number, number>();
  const callFrame = nodes[0]?.callFrame;
  if (callFrame === undefined || callFrame.lineNumber < 0) return outside;
  const { startLine, endLine } = extentOf(callFrame) ?? { startLine: callFrame.lineNumber + 1, endLine: Infinity };
  for (const { line, ticks } of nodes.flatMap((node) => node.positionTicks ?? [])) {
    if (ticks > 0 && line > 0 && (line < startLine || line > endLine)) outside.set(line, (outside.get(line) ?? 0) + ticks);
  }
  return outside;
}

interface FoundCallee extends Callee {
  /** Calls from the function down to this one, where it has most samples. */
  path: CallFrame[];
}

function calleesOf(
  nodes: readonly V8Node[],
  tree: CallTreeEditor,
  functions: ReadonlyMap<string, V8Node[]>,
  extentOf: ExtentLookup,
): Map<string, FoundCallee> {
  const heaviest = new Map<string, Call>();
  for (const start of nodes) {
    for (const found of tree.below(start)) {
      const key = functionKey(found.node.callFrame);
      const known = heaviest.get(key);
      if (known === undefined || (known.node.hitCount ?? 0) < (found.node.hitCount ?? 0)) heaviest.set(key, found);
    }
  }
  const callees = new Map<string, FoundCallee>();
  for (const [key, call] of heaviest) {
    const { callFrame } = call.node;
    const { url, lineNumber, functionName } = callFrame;
    // Code without a place is the engine's own. The top of a module has no name: it runs once, and is inlined nowhere.
    if (lineNumber < 0 || (lineNumber === 0 && functionName === '')) continue;
    const ownLines = new Set((functions.get(key) ?? []).flatMap(({ positionTicks = [] }) => positionTicks.map(({ line }) => line)));
    callees.set(key, { module: url, startLine: lineNumber + 1, extent: extentOf(callFrame), ownLines, path: pathOf(call) });
  }
  return callees;
}

function linesByCallee(chosen: ReadonlyMap<number, FoundCallee>): Map<FoundCallee, Set<number>> {
  const lines = new Map<FoundCallee, Set<number>>();
  for (const [line, callee] of chosen) lines.set(callee, (lines.get(callee) ?? new Set()).add(line));
  return lines;
}
