import { busyProfile } from './busy-profile.js';
import { rankLeaves } from './rank/rank-leaves.js';
import { weightMs, type StackProfile } from './stack-profile.js';

/** What works without the lock is seen with it in less than half of its time, and is more than half of what is ready to run: the greater part decides. */
const hardly = 0.5;

/**
 * Does a process with an interpreter lock work mostly without it? `held` are looks at who holds the lock, `ready` looks at who is ready to run, both with the
 * length of the time in which they were taken. It does where fewer than half of the threads that are ready hold the lock, and what leads among them hardly
 * ever does. Looks that pause nothing read hot code badly and standing calls well, so that they may not speak for a process of which the lock tells the greater part.
 */
export function worksWithoutLock(held: StackProfile, ready: StackProfile): boolean {
  const leader = rankLeaves(busyProfile(ready))[0];
  if (leader === undefined) return false;
  const inHeld = rankLeaves(busyProfile(held)).find(({ frame, module }) => frame === leader.frame && module === leader.module);
  return (inHeld?.selfShare ?? 0) < hardly * leader.selfShare && threadsOf(held) < hardly * threadsOf(ready);
}

/** Mean number of threads that a look saw. */
function threadsOf(profile: StackProfile): number {
  return (weightMs(profile, profile.total) ?? 0) / (profile.durationMs ?? Infinity);
}
