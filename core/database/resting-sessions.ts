import type { RestingSessions } from '../model/database.js';
import type { SessionSample } from './activity.js';

/** A pause inside a request's work is shorter than this, whatever the window. */
const leastRestMs = 5_000;

/**
 * Sessions of the service that have run nothing for long, in the middle of the window and at its end. A pool under a steady load uses a steady number of
 * its connections, so the count does not grow; connections that are taken and never given back make it grow.
 */
export function countResting(ticks: readonly SessionSample[][], windowMs: number): RestingSessions {
  const restMs = Math.max(leastRestMs, windowMs / 3);
  const middle = ticks[Math.floor(ticks.length / 2)] ?? [];
  const end = ticks.at(-1) ?? [];
  const isRested = ({ stateAgeMs }: SessionSample): boolean => (stateAgeMs ?? 0) >= restMs;
  const idle = (sessions: readonly SessionSample[]): SessionSample[] => sessions.filter((one) => one.state === 'idle' && isRested(one));
  const inTransaction = end.filter((one) => one.state?.startsWith('idle in transaction') === true && isRested(one));
  return {
    sessionsEnd: end.length,
    idleMid: idle(middle).length,
    idleEnd: idle(end).length,
    idleEndUsedBefore: idle(end).filter((one) => (one.stateAgeMs ?? 0) < windowMs).length,
    inTransactionEnd: inTransaction.length,
  };
}
