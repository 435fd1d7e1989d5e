import { ms, percent } from '../figures.js';
import { minimumShare, type RuleContext } from '../rule.js';
import { isOfWindow, statementCases } from './database.js';

/** Requests that queue for a connection, the service's own or a pooler's. */
interface ConnectionQueue {
  /** `for connections`, `in pgbouncer`. */
  where: string;
  /** 0..1 of the mean latency. */
  share: number;
  /** What the statements of one request take once they have a connection. */
  databaseMs: number;
  /** The connections are at work in the database, not held by owners that do something else. */
  isAtDatabase: boolean;
}

/** Why more connections would not save the requests that queue for them, in words; null when they would. */
export function whyNotThePool(context: RuleContext, { where, share, databaseMs, isAtDatabase }: ConnectionQueue): string | null {
  const queue = `the queue ${where} (${percent(share)} of the latency)`;
  if (share < minimumShare) return `${queue} is too small a part to break the budget`;
  if (databaseMs > 0.5 * context.facts.meanMs)
    return `${queue} is the consequence of what the connections do: ${ms(databaseMs)} a request at the database`;
  const crowd = isAtDatabase ? crowdedStatements(context) : null;
  return crowd === null ? null : `${queue} is the consequence of what the connections do: ${crowd}`;
}

/** From here on most of the time at the database goes into waiting for others there. */
const crowded = 2;

/** How much longer the statements take in the window than alone, in words; null when they do not, or when most of them were not run alone. */
function crowdedStatements(context: RuleContext): string | null {
  const timed = statementCases(context).filter(({ scan }) => scan?.plan?.analyzed === true && isOfWindow(scan));
  const covered = timed.reduce((sum, { statement }) => sum + statement.timeShare, 0);
  const underLoad = timed.reduce((sum, { statement }) => sum + statement.totalExecMs, 0);
  const alone = timed.reduce((sum, { statement, scan }) => sum + statement.calls * (scan?.plan?.executionMs ?? 0), 0);
  if (covered < 0.5 || alone <= 0 || underLoad < crowded * alone) return null;
  return `the same statements take ${(underLoad / alone).toFixed(1)} times as long under this load as alone, so the database is what they queue for`;
}
