import { pauseMs } from '../../database/idle-sessions.js';
import type { ActivityObservation, IdleSessions } from '../../model/database.js';

type ServiceSessions = NonNullable<ActivityObservation['service']>;

export interface AnsweredLoad {
  unanswered: number;
  requestRate: number;
}

/** A single connection may turn idle between two samples by chance. */
const fewestAtOnce = 2;

/** Under a steady load the number of connections that a pool does not need is steady, too; a growing number has another reason. */
export function isGrowing({ idleEnd, idleMid }: IdleSessions): boolean {
  return idleEnd - idleMid >= fewestAtOnce;
}

/** Answered requests that are expected within the pause. From this many on, the chance (Poisson) that none came is below one in a hundred. */
const surelyUsed = 5;

/**
 * How many connections of the service were taken by owners that do not give them back. A transaction that stays open while nothing runs in it has such an
 * owner. Idle connections without a transaction are mostly unneeded, and under a steady load their number is steady. They are held when that number grows,
 * or when all of them come to rest while requests get no answer any more (`unanswered`); a pause of two seconds is enough for that when requests are
 * frequent (`requestRate`: answers per second).
 */
export function leakedSessions({ longIdle }: ServiceSessions, { unanswered, requestRate }: AnsweredLoad): number {
  const quiet = requestRate * (pauseMs / 1000) >= surelyUsed ? longIdle.pausedEnd : longIdle.idleEnd;
  const isDrained =
    quiet + longIdle.inTransactionEnd >= longIdle.sessionsEnd &&
    longIdle.pausedEndUsedBefore >= fewestAtOnce &&
    unanswered > longIdle.sessionsEnd;
  return longIdle.inTransactionEnd + (isDrained ? quiet : isGrowing(longIdle) ? longIdle.idleEnd : 0);
}
