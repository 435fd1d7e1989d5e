import type { Frame } from '../model/profile.js';
import type { BusyProfile } from './busy-profile.js';
import { isThreadStart, isUnsymbolised } from './categories/frame-name.js';
import { frameRuntime } from './categories/frame-runtime.js';

/** perf stops at 127 frames. */
const depthCap = 127;

/** The runtime always knows the whole stack, or spans are what was marked: nothing can be cut off. */
const wholeStacks: ReadonlySet<string> = new Set(['cpuprofile', 'chrome-trace', 'trace-events', 'heapprofile', 'hermes', 'dart-devtools']);
/** Whose stacks are found by walking the machine's; interpreters and virtual machines keep their own. */
const unwoundRuntimes: ReadonlySet<string> = new Set(['native', 'kernel', 'unknown', 'process']);

/** Shares of the busy weight, 0..1, by the shape of the stack it is in. */
export interface StackShapes {
  /** Leaves without a name, those of a kernel that hides its symbols apart: there the module is known, and it is not the user's code. */
  unsymbolised: number;
  hiddenKernel: number;
  truncated: number;
  oneFrame: number;
  isOneFrameTold: boolean;
  jitUnnamed: number;
  interpreter: number;
  hasScriptName: boolean;
}

export function measureShapes(busy: BusyProfile): StackShapes {
  const { profile } = busy;
  const count = profile.parents.length;
  const depth = new Uint16Array(count);
  const interpreted = new Uint8Array(count);
  const rootFrame = new Int32Array(count);
  /** Outermost frame that has a name: unwinders go one step beyond the first function of a thread and find nothing there. */
  const namedRoot = new Int32Array(count);
  const traits = profile.frames.map(traitsOf);
  const traitOf = (node: number): FrameTraits | undefined => traits[profile.frameOf[node] ?? -1];
  for (let node = 1; node < count; node++) {
    const parent = profile.parents[node] ?? 0;
    const isProcess = traitOf(node)?.isProcess === true;
    depth[node] = isProcess ? 0 : Math.min(65_535, (depth[parent] ?? 0) + 1);
    interpreted[node] = traitOf(node)?.isInterpreter === true ? 1 : (interpreted[parent] ?? 0);
    rootFrame[node] = depth[node] === 1 ? node : (rootFrame[parent] ?? 0);
    namedRoot[node] = namedRoot[parent] ?? 0;
    if (namedRoot[node] === 0 && !isProcess && traitOf(node)?.isUnsymbolised !== true) namedRoot[node] = node;
  }
  const sums = { unsymbolised: 0, hiddenKernel: 0, truncated: 0, oneFrame: 0, jitUnnamed: 0, interpreter: 0 };
  busy.forEachLeafNode((node, weight) => {
    const leaf = traitOf(node);
    const root = traitOf(rootFrame[node] ?? 0);
    const levels = depth[node] ?? 0;
    if (leaf?.isUnsymbolised === true) sums[leaf.isKernel ? 'hiddenKernel' : 'unsymbolised'] += weight;
    if (leaf?.isUnsymbolised === true && leaf.isJit) sums.jitUnnamed += weight;
    const isRootLost = levels > 1 && root?.isUnsymbolised === true && traitOf(namedRoot[node] ?? 0)?.isThreadStart !== true;
    if (levels >= depthCap || root?.isMarker === true || isRootLost) sums.truncated += weight;
    if (levels <= 1 && leaf?.isUnwound === true) sums.oneFrame += weight;
    if (interpreted[node] === 1) sums.interpreter += weight;
  });
  const shareOf = (weight: number): number => (busy.total > 0 ? weight / busy.total : 0);
  return {
    unsymbolised: shareOf(sums.unsymbolised),
    hiddenKernel: shareOf(sums.hiddenKernel),
    truncated: shareOf(sums.truncated),
    oneFrame: shareOf(sums.oneFrame),
    // Flat statistics have no stacks at all and say so.
    isOneFrameTold: !wholeStacks.has(profile.format) && !profile.notes.some((note) => note.id === 'flat'),
    jitUnnamed: shareOf(sums.jitUnnamed),
    interpreter: shareOf(sums.interpreter),
    hasScriptName: profile.frames.some((frame) => /\.[cm]?[jt]s$/.test(frame.module)),
  };
}

interface FrameTraits {
  isUnsymbolised: boolean;
  isKernel: boolean;
  isThreadStart: boolean;
  isUnwound: boolean;
  isMarker: boolean;
  isJit: boolean;
  isInterpreter: boolean;
  isProcess: boolean;
}

function traitsOf(frame: Frame): FrameTraits {
  return {
    isUnsymbolised: isUnsymbolised(frame),
    isKernel: frame.module === '[kernel]',
    isThreadStart: isThreadStart(frame.name),
    isUnwound: unwoundRuntimes.has(frameRuntime(frame)),
    isMarker: /^\[?\(?truncated\b|^break_no_frame/i.test(frame.name),
    isJit:
      /perf-\d+\.map|^\/\/anon|memfd:|^\[anon|^\[JIT\]/.test(frame.module) || /^\[(?:perf-\d+\.map|\/\/anon|anon|JIT)/.test(frame.name),
    isInterpreter: /InterpreterEntryTrampoline/.test(frame.name),
    isProcess: frame.module === '[process]',
  };
}
