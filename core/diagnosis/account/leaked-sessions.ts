import { pauseMs } from '../../database/idle-sessions.js';
import type { ActivityObservation, IdleSessions } from '../../model/database.js';

type ServiceSessions = NonNullable<ActivityObservation['service']>;

export interface AnsweredLoad {
  unanswered: number;
  requestRate: number;
}

/** A single connection may turn idle between two looks by chance. */
const fewestAtOnce = 2;

/** A pool under a steady load has a steady number of connections that it does not need. */
export function isGrowing({ idleEnd, idleMid }: IdleSessions): boolean {
  return idleEnd - idleMid >= fewestAtOnce;
}

/** Chance (Poisson) below one in a hundred that answered requests left every connection alone for two seconds. */
const surelyUsed = 5;

/**
 * How many connections of the service were taken by owners that do not give them back. A transaction that stays open while nothing runs in it has such an
 * owner. Idle connections without one are mostly unneeded; but that number is steady under a steady load, so when it grows, or when all of them come to
 * rest while requests get no answer any more (`unanswered`), they are held. For that a pause of two seconds is enough where requests are frequent
 * (`requestRate`, those answered in a second).
 */
export function leakedSessions({ longIdle }: ServiceSessions, { unanswered, requestRate }: AnsweredLoad): number {
  const quiet = requestRate * (pauseMs / 1000) >= surelyUsed ? longIdle.pausedEnd : longIdle.idleEnd;
  const isDrained =
    quiet + longIdle.inTransactionEnd >= longIdle.sessionsEnd &&
    longIdle.pausedEndUsedBefore >= fewestAtOnce &&
    unanswered > longIdle.sessionsEnd;
  return longIdle.inTransactionEnd + (isDrained ? quiet : isGrowing(longIdle) ? longIdle.idleEnd : 0);
}
