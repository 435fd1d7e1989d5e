import type { Frame } from '../model/profile.js';
import type { StandingSite } from '../model/standing.js';
import { classifyFrame } from './categories/frame-category.js';

/** Requests (or whatever else is asynchronous) that wait for a promise, with the stack from which it was awaited. */
export interface AwaitStack {
  /** Innermost first; asynchronous callers, which are no longer on the stack themselves, follow. */
  frames: readonly Frame[];
  /** Mean number that waited there. */
  waiting: number;
  /** How many a second began to wait there. */
  perSecond: number;
}

/** What calls of one function in the same way wait for, and what those that it called wait for meanwhile. */
interface CallNode {
  waiting: number;
  called: Map<string, CallNode>;
}

const mostSites = 20;

/**
 * Where asynchronous code stands: the innermost function of the application on each stack. One request waits at several places at once, since each function
 * awaits the one that it called: it counts at the innermost, and so a place counts only what it awaits beyond the awaits of what it called.
 */
export function awaitSites(stacks: readonly AwaitStack[]): StandingSite[] {
  const told = stacks.filter(isOfCode).map((stack) => ({ ...stack, frames: stack.frames.filter(isTold) }));
  const root = callTree(told);
  const sites = new Map<string, StandingSite & { perSecond: number }>();
  for (const { frames, waiting, perSecond } of told) {
    const own = frames.findIndex((frame) => classifyFrame(frame).isApplication);
    const frame = frames[own];
    const part = ownPart(nodeAt(root, frames));
    if (frame === undefined || part <= 0) continue;
    const called = frames[own - 1] ?? null;
    const key = [frame.name, frame.module, frame.line, called?.name, called?.module].join('\n');
    const known = sites.get(key) ?? { frame, called, standing: 0, isInLoop: false, perSecond: 0 };
    sites.set(key, { ...known, standing: known.standing + waiting * part, perSecond: known.perSecond + perSecond });
  }
  return [...sites.values()].sort((left, right) => right.standing - left.standing).slice(0, mostSites);
}

const isRuntimes = ({ module }: Frame): boolean => module.startsWith('node:');

/** What the runtime itself awaits, whoever called it awaits, too. */
function isOfCode({ frames: [innermost] }: AwaitStack): boolean {
  return innermost !== undefined && !isRuntimes(innermost);
}

/** Built-ins (`then`) have no file. */
function isTold(frame: Frame): boolean {
  return frame.module !== '' && !isRuntimes(frame);
}

/** Lines are left out: a call and the `await` of its answer may stand on two. */
function keyOf({ name, module }: Frame): string {
  return `${name}\n${module}`;
}

function callTree(stacks: readonly { frames: readonly Frame[]; waiting: number }[]): CallNode {
  const root: CallNode = { waiting: 0, called: new Map() };
  for (const { frames, waiting } of stacks) {
    let node = root;
    for (const frame of [...frames].reverse()) {
      const next = node.called.get(keyOf(frame)) ?? { waiting: 0, called: new Map() };
      node.called.set(keyOf(frame), next);
      node = next;
    }
    node.waiting += waiting;
  }
  return root;
}

function nodeAt(root: CallNode, frames: readonly Frame[]): CallNode {
  return [...frames].reverse().reduce((node, frame) => node.called.get(keyOf(frame)) ?? node, root);
}

/** Of what waits at a node, the part 0..1 that does not wait for one of the functions that it called. */
function ownPart({ waiting, called }: CallNode): number {
  const below = [...called.values()].reduce((sum, node) => sum + inAll(node), 0);
  return waiting <= 0 ? 0 : Math.max(0, 1 - below / waiting);
}

/** A function that is not asynchronous hands on the promise of what it called, and awaits nothing itself. */
function inAll({ waiting, called }: CallNode): number {
  return Math.max(
    waiting,
    [...called.values()].reduce((sum, node) => sum + inAll(node), 0),
  );
}
