import type { Frame } from '../model/profile.js';
import type { StandingSite } from '../model/standing.js';
import { classifyNodes, frameAt, type NodeClasses } from './categories/categories.js';
import type { StackProfile } from './stack-profile.js';

/** The code that starts a program and then stands in its server for ever: no request is there. */
const programEntry = /^(?:<module>|main\.main)$/;
/** What runs an event loop in the thread below it: asyncio's own loop and runner (of uvloop only the runner has a frame). */
const loopRunner = /(?:^|\/)asyncio\/(?:base_events|runners)\.py$/;

/** More than that many places are none: a report names one, and its evidence a few. */
const mostSites = 20;

/**
 * Where threads stood, from profiles that count every thread at every look, busy or not. `perThread` is the weight of one thread that stood there in all
 * the looks together. A thread counts at the innermost function of the application in its stack; one whose stack has none serves no request just then.
 */
export function standingSites(profiles: readonly StackProfile[], perThread: number): StandingSite[] {
  const sites = new Map<string, StandingSite>();
  for (const profile of profiles) {
    const classes = classifyNodes(profile);
    for (let node = 1; node < profile.parents.length; node++) {
      const weight = profile.self[node] ?? 0;
      const site = weight > 0 ? siteOf(profile, classes, node) : null;
      if (site === null) continue;
      const { frame, called, isInLoop } = site;
      const key = [frame.name, frame.module, frame.line, called?.name, called?.module, isInLoop].join('\n');
      const known = sites.get(key) ?? { ...site, standing: 0 };
      known.standing += weight / perThread;
      sites.set(key, known);
    }
  }
  return [...sites.values()].sort((left, right) => right.standing - left.standing).slice(0, mostSites);
}

function siteOf(profile: StackProfile, classes: NodeClasses, leaf: number): Omit<StandingSite, 'standing'> | null {
  const own = classes.applicationFrameOf(leaf);
  const frame = frameAt(profile, own);
  if (frame === null || programEntry.test(frame.name)) return null;
  let called: Frame | null = null;
  let node = leaf;
  for (; node > 0 && profile.frameOf[node] !== own; node = profile.parents[node] ?? 0)
    called = frameAt(profile, profile.frameOf[node] ?? null);
  return { frame, called, isInLoop: isBelowLoop(profile, node) };
}

function isBelowLoop(profile: StackProfile, from: number): boolean {
  for (let node = from; node > 0; node = profile.parents[node] ?? 0)
    if (loopRunner.test(frameAt(profile, profile.frameOf[node] ?? null)?.module ?? '')) return true;
  return false;
}
