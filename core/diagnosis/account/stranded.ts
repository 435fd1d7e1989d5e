import { pauseMs } from '../../database/resting-sessions.js';
import type { ActivityObservation, RestingSessions } from '../../model/database.js';

type ServiceSessions = NonNullable<ActivityObservation['service']>;

export interface AnsweredLoad {
  unanswered: number;
  requestRate: number;
}

/** One connection may come to rest by chance between two looks. */
const leastRested = 2;

/** A pool under a steady load has a steady number of connections that it does not need. */
export function isGrowing({ idleEnd, idleMid }: RestingSessions): boolean {
  return idleEnd - idleMid >= leastRested;
}

/** Chance (Poisson) below one in a hundred that answered requests left every connection alone for two seconds. */
const surelyUsed = 5;

/**
 * How many connections of the service were taken by owners that do not give them back. A transaction that stays open while nothing runs in it has such an
 * owner. Idle connections without one are mostly unneeded; but that number is steady under a steady load, so when it grows, or when all of them come to
 * rest while requests get no answer any more (`unanswered`), they are held. For that a pause of two seconds is enough where requests are frequent
 * (`requestRate`, those answered in a second).
 */
export function strandedSessions({ resting }: ServiceSessions, { unanswered, requestRate }: AnsweredLoad): number {
  const quiet = requestRate * (pauseMs / 1000) >= surelyUsed ? resting.pausedEnd : resting.idleEnd;
  const isDrained =
    quiet + resting.inTransactionEnd >= resting.sessionsEnd &&
    resting.pausedEndUsedBefore >= leastRested &&
    unanswered > resting.sessionsEnd;
  return resting.inTransactionEnd + (isDrained ? quiet : isGrowing(resting) ? resting.idleEnd : 0);
}
