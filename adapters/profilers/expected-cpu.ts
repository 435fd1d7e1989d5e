import type { StackProfile } from '../../core/profile/stack-profile.js';

/** CPU in milliseconds that a profile should hold: the kernel's rate over the time that the profiler says it sampled. Undefined when nothing was counted. */
export function expectedCpuMs(
  profile: Pick<StackProfile, 'durationMs'>,
  durationMs: number,
  cpuMs: number,
  elapsedMs: number,
): number | undefined {
  return elapsedMs > 0 ? (cpuMs / elapsedMs) * (profile.durationMs ?? durationMs) : undefined;
}
