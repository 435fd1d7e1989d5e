import { profileCategories, type Frame, type ProfileCategory } from '../../model/profile.js';
import { classifyFrame, type FrameClass } from './frame-category.js';
import { isUnsymbolised } from './frame-name.js';
import type { NumberColumn, StackProfile } from '../stack-profile.js';

/** Every node of a profile with the category of the samples that end in it. */
export interface NodeClasses {
  /** Idle nodes are no part of the busy profile. */
  isIdle(node: number): boolean;
  categoryOf(node: number): ProfileCategory;
  /** Id of the innermost application frame of the node's stack; null when the stack has none. */
  applicationFrameOf(node: number): number | null;
  /** A specific rule decided; otherwise a hot line may know better. */
  isSpecific(node: number): boolean;
}

/** Kinds of work that name a cause: the nearest to the leaf wins, up to the first application frame. */
const specific: ReadonlySet<ProfileCategory> = new Set<ProfileCategory>([
  'database-driver',
  'orm',
  'gc',
  'lock',
  'serialization',
  'regex',
  'crypto',
  'compression',
  'logging',
  'templating',
  'module-load',
]);

/** Second: what serves any of those. `framework`, `runtime`, `native`, `kernel` and `unknown` come last. */
const supporting: ReadonlySet<ProfileCategory> = new Set<ProfileCategory>(['allocation', 'network-io', 'file-io', 'reflection']);

const none = -1;

/** States of a node: at work; idle with all below it; idle as long as nothing with a name is called. */
const busy = 0;
const idleBelow = 1;
const idleHere = 2;

interface IdleContext {
  inherited: number;
  isWaitIdle: boolean;
  isNameless: boolean;
}

function idleState({ idle }: FrameClass, { inherited, isWaitIdle, isNameless }: IdleContext): number {
  if (idle === 'always' || (idle === 'waiting' && isWaitIdle)) return idleBelow;
  if (idle === 'ended') return busy;
  if (idle === 'alone') return idleHere;
  return inherited === idleHere && !isNameless ? busy : inherited;
}

/**
 * Walks each stack from the leaf towards the root, stopping at the first application frame: the nearest specific category wins; without
 * one the nearest supporting; without one the leaf's own weak category. An application leaf is `application`. "Appears anywhere in the
 * stack" never counts: drivers run application callbacks inside their own frames. What a driver encrypts, or hashes to prove who asks, it does to talk to
 * its database. One pass over the nodes, parents before children.
 */
export function classifyNodes(profile: StackProfile): NodeClasses {
  const { classes: frames, kernel } = classifyFrames(profile.frames);
  const tiers = frames.map(({ category }) => (category === null ? undefined : { tier: tierOf(category), code: codeOf(category) }));
  const classOf = classesByPlace(profile, kernel);
  const nameless = profile.frames.map(isUnsymbolised);
  const isWaitIdle = profile.kind === 'wall' || profile.kind === 'off-cpu' || profile.kind === 'unknown';
  const count = profile.parents.length;
  const found = [new Uint8Array(count), new Uint8Array(count), new Uint8Array(count)];
  const own = new Int32Array(count).fill(none);
  const idle = new Uint8Array(count);
  for (let node = 1; node < count; node++) {
    const frameId = at(profile.frameOf, node);
    const parent = at(profile.parents, node);
    const classId = classOf(node);
    const frame = frames[classId];
    if (frame === undefined) continue;
    const isBoundary = frame.isApplication;
    own[node] = isBoundary ? frameId : (own[parent] ?? none);
    const { tier, code } = tiers[classId] ?? { tier: none, code: 0 };
    for (const [index, column] of found.entries()) {
      if (index === tier && !(code === cryptoCode && column[parent] === driverCode)) column[node] = code;
      else if (!isBoundary) column[node] = column[parent] ?? 0;
    }
    idle[node] = idleState(frame, {
      inherited: isBoundary ? busy : (idle[parent] ?? busy),
      isWaitIdle,
      isNameless: nameless[frameId] === true,
    });
  }
  const [first, second, last] = found.map((column) => (node: number) => profileCategories[(column[node] ?? 0) - 1] ?? null);
  return {
    isIdle: (node) => idle[node] !== busy && (isNone(first?.(node)) || first?.(node) === 'lock'),
    categoryOf: (node) => {
      const frame = frames[classOf(node)];
      if (frame?.isApplication === true) return 'application';
      return first?.(node) ?? second?.(node) ?? frame?.category ?? last?.(node) ?? 'unknown';
    },
    applicationFrameOf: (node) => (own[node] === none ? null : (own[node] ?? null)),
    isSpecific: (node) => !isNone(first?.(node)),
  };
}

/**
 * Where most frames tell their source file, one without is a built-in of the runtime (`utf8Slice` under `node:buffer`), not the service's. A
 * library is no source file: beside those of a JVM, its Java frames have none and are the service's all the same. `kernel` says for each frame
 * without a module which class it has where the kernel runs it; -1 = the same.
 */
function classifyFrames(frames: readonly Frame[]): { classes: FrameClass[]; kernel: number[] } {
  const isTold = frames.filter((frame) => isSourceFile(frame.module)).length > frames.length / 2;
  const classes = frames.map((frame) => {
    const own = classifyFrame(frame);
    return isTold && own.isApplication && frame.module === '' ? { ...own, category: 'runtime' as const, isApplication: false } : own;
  });
  const hasEntry = frames.some(isKernelEntry);
  const kernel = frames.map((frame) => {
    if (!hasEntry || frame.module !== '' || isUnsymbolised(frame)) return none;
    return classes.push(classifyFrame({ ...frame, module: '[kernel]' })) - 1;
  });
  return { classes, kernel };
}

/** The way into the kernel: what it calls is the kernel's, also where the profiler did not say so (pictures, folded stacks without `_[k]`). `-` of the BCC tools. */
const kernelEntry =
  /^(?:--?|entry_SYSCALL_\w+|do_syscall_64|do_fast_syscall_32|system_call(?:_fastpath)?|__x64_sys_\w+|asm_(?:exc|sysvec|common|do)_\w+|el0t?_(?:64_)?(?:sync|svc|irq)\w*|page_fault|async_page_fault|apic_timer_interrupt|ret_from_fork(?:_asm)?)$/;

function isKernelEntry({ name, module }: Frame): boolean {
  return module === '' && kernelEntry.test(name);
}

/** Which class a node has: that of its frame, or of the frame as one of the kernel, below an entry into it. */
function classesByPlace({ frames, frameOf, parents }: StackProfile, kernel: readonly number[]): (node: number) => number {
  if (!kernel.some((id) => id !== none)) return (node) => at(frameOf, node);
  const entries = frames.map(isKernelEntry);
  const inside = new Uint8Array(parents.length);
  for (let node = 1; node < inside.length; node++) {
    const isInside = inside[at(parents, node)] === 1 || entries[at(frameOf, node)] === true;
    inside[node] = isInside && (frames[at(frameOf, node)]?.module ?? '') === '' ? 1 : 0;
  }
  return (node) => {
    const frame = at(frameOf, node);
    const asKernel = kernel[frame] ?? none;
    return inside[node] === 1 && asKernel !== none ? asKernel : frame;
  };
}

function isSourceFile(module: string): boolean {
  return module !== '' && module !== '[kernel]' && !/\.(?:so[\d.]*|dylib|dll)$/.test(module);
}

function isNone(category: ProfileCategory | null | undefined): boolean {
  return category === null || category === undefined;
}

/** Columns hold the place in the list of categories plus one; 0 = none. One byte a node, for there may be millions. */
function codeOf(category: ProfileCategory): number {
  return profileCategories.indexOf(category) + 1;
}

function tierOf(category: ProfileCategory): 0 | 1 | 2 {
  return specific.has(category) ? 0 : supporting.has(category) ? 1 : 2;
}

const cryptoCode = codeOf('crypto');
const driverCode = codeOf('database-driver');

function at(column: NumberColumn, index: number): number {
  return column[index] ?? none;
}

export function frameAt(profile: StackProfile, id: number | null): Frame | null {
  return id === null ? null : (profile.frames[id] ?? null);
}
