import type { IdleSessions } from '../model/database.js';

/** A session at one look. */
interface SeenSession {
  state: string | null;
  /** For how long it has been in it. */
  stateAgeMs: number | null;
}

/** A pause inside a request's work is shorter than this, whatever the window. */
const leastIdleMs = 5_000;
/** Under a load of many requests a second, no connection that requests wait for is idle this long. */
export const pauseMs = 2_000;

/**
 * Sessions of the service that have run nothing for long, in the middle of the window and at its end. A pool under a steady load uses a steady number of
 * its connections, so the count does not grow; connections that are taken and never given back make it grow.
 */
export function countIdle(ticks: readonly SeenSession[][], windowMs: number): IdleSessions {
  const longIdleMs = Math.max(leastIdleMs, windowMs / 3);
  const middle = ticks[Math.floor(ticks.length / 2)] ?? [];
  const end = ticks.at(-1) ?? [];
  const idle = (sessions: readonly SeenSession[], leastMs: number): SeenSession[] =>
    sessions.filter(({ state, stateAgeMs }) => state === 'idle' && (stateAgeMs ?? 0) >= leastMs);
  const paused = idle(end, pauseMs);
  const inTransaction = end.filter(
    ({ state, stateAgeMs }) => state?.startsWith('idle in transaction') === true && (stateAgeMs ?? 0) >= longIdleMs,
  );
  return {
    sessionsEnd: end.length,
    idleMid: idle(middle, longIdleMs).length,
    idleEnd: idle(end, longIdleMs).length,
    pausedEnd: paused.length,
    pausedEndUsedBefore: paused.filter(({ stateAgeMs }) => (stateAgeMs ?? 0) < windowMs).length,
    inTransactionEnd: inTransaction.length,
  };
}
