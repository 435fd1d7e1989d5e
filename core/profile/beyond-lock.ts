import { busyProfile } from './busy-profile.js';
import { rankLeaves } from './rank/rank-leaves.js';
import { weightMs, type StackProfile } from './stack-profile.js';

/** What works without the lock is seen with it in less than half of its time, and has most of the CPU: the greater part decides. */
const hardly = 0.5;

/**
 * Does a process with an interpreter lock work mostly without it? `held` are looks at who holds the lock, `ready` looks at who is ready to run, both with the
 * length of the time in which they were taken; `cores` is the CPU that the kernel counted. It does where the lock was held for less than half of the CPU
 * that was burnt, and what leads among the ready threads hardly ever holds it. Who holds the lock keeps it also while it waits for a CPU, so on a busy host the
 * lock is held for longer than anything runs; threads that queue for it wake up every few milliseconds and look ready then, so that their number decides nothing.
 */
export function worksWithoutLock(held: StackProfile, ready: StackProfile, cores: number): boolean {
  const leader = rankLeaves(busyProfile(ready))[0];
  if (leader === undefined) return false;
  const inHeld = rankLeaves(busyProfile(held)).find(({ frame, module }) => frame === leader.frame && module === leader.module);
  return (inHeld?.selfShare ?? 0) < hardly * leader.selfShare && timeHeld(held) < hardly * cores;
}

/** Part of the time, 0..1, in which a thread held the lock. */
function timeHeld(held: StackProfile): number {
  return (weightMs(held, held.total) ?? 0) / (held.durationMs ?? Infinity);
}
