import type { Frame } from '../../../model/profile.js';
import { frameKey, parseFrameName } from '../../categories/frame-name.js';
import { rootNode, type ProfileBuilder } from '../../profile-builder.js';
import { garbageCollector } from '../v8/v8-tree.js';
import type { Code } from './code-map.js';

/** States of V8's virtual machine in a tick. */
const gcState = 1;
const waitingStates: ReadonlySet<number> = new Set([7, 8]);

/** Glue of V8 between functions: no work of its own. */
const glue =
  /^(?:JSEntry|JSConstructEntry|JSRunMicrotasksEntry|CEntry|Call_|Call\w*Function|Construct|Interpreter|Baseline|ArgumentsAdaptor|CompileLazy|Throw|\w*Trampoline|RunMicrotasks|\w+Handler$)/;

export interface TickCounts {
  ticks: number;
  /** Ticks in native code that were charged to the JavaScript that called it. */
  native: number;
}

/**
 * Adds one tick, leaf first. As V8's own profiler does, time in native code and in glue belongs to the JavaScript function that called it; the
 * collector is a frame of its own; a process that waits is idle; what no JavaScript called is `(program)`.
 */
export function addTick(builder: ProfileBuilder, leafFirst: readonly (Code | null)[], state: number, counts: TickCounts): void {
  let node = rootNode;
  for (let index = leafFirst.length - 1; index >= 0; index--) {
    const frame = frameOf(leafFirst[index] ?? null);
    if (frame !== null) node = builder.child(node, builder.frame(frame, frameKey(frame)));
  }
  counts.ticks++;
  if (state === gcState) node = builder.child(node, builder.frame({ name: garbageCollector, module: '', line: null }));
  else if (node === rootNode && waitingStates.has(state)) {
    builder.addIdle(1, 1);
    return;
  } else if (node === rootNode) node = builder.child(rootNode, builder.frame({ name: '(program)', module: '', line: null }));
  else if (frameOf(leafFirst[0] ?? null) === null) counts.native++;
  builder.add(node, 1, 1);
}

function frameOf(code: Code | null): Frame | null {
  if (code === null) return null;
  switch (code.type) {
    case 'JS':
      return scriptFrame(code.name);
    case 'RegExp':
      return { name: `RegExp: ${code.name}`, module: '', line: null };
    case 'Builtin':
      return glue.test(code.name) ? null : { name: code.name, module: '[v8]', line: null };
    default:
      return null;
  }
}

const pathBegins = /node:|(?<![a-z])[a-z]+:\/\/|\/|[A-Za-z]:\\|(?<![\w.-])[\w.-]+\.[cm]?js/;

/** `sumDigits file:///srv/app.mjs:5:19`, ` /srv/app.js:10:3` (no name). */
function scriptFrame(name: string): Frame {
  const place = /:(\d+)(?::\d+)?$/.exec(name);
  const before = name.slice(0, place?.index);
  const lastWord = before.lastIndexOf(' ') + 1;
  const path = pathBegins.exec(before.slice(lastWord));
  if (place === null || path === null) return parseFrameName(name === '' ? '(anonymous)' : name);
  const from = lastWord + path.index;
  const own = before.slice(0, from).trim();
  return { name: own === '' ? '(anonymous)' : own, module: before.slice(from), line: Number(place[1]) };
}
