import type { ActivityObservation } from '../model/database.js';

type ServiceSessions = NonNullable<ActivityObservation['service']>;

/** One connection may come to rest by chance between two looks. */
const leastRested = 2;

/**
 * How many connections of the service were taken by owners that do not give them back. A transaction that stays open while nothing runs in it has such an
 * owner. Idle connections without one are mostly unneeded; but that number is steady under a steady load, so when it grows, or when all of them come to
 * rest while requests get no answer any more (`unanswered`), they are held.
 */
export function strandedSessions({ resting }: ServiceSessions, unanswered: number): number {
  const isGrowing = resting.idleEnd - resting.idleMid >= leastRested;
  const isDrained =
    resting.pausedEnd + resting.inTransactionEnd >= resting.sessionsEnd &&
    resting.pausedEndUsedBefore >= leastRested &&
    unanswered > resting.sessionsEnd;
  return resting.inTransactionEnd + (isDrained ? resting.pausedEnd : isGrowing ? resting.idleEnd : 0);
}
