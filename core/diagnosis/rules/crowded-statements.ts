import type { RuleContext } from '../rule.js';
import { isOfWindow, statementCases } from './database.js';

/** From here on most of the time at the database goes into waiting for others there. */
const crowded = 2;

/** How much longer the statements take in the window than alone, in words; null when they do not, or when most of them were not run alone. */
export function crowdedStatements(context: RuleContext): string | null {
  const timed = statementCases(context).filter(({ scan }) => scan?.plan?.analyzed === true && isOfWindow(scan));
  const covered = timed.reduce((sum, { statement }) => sum + statement.timeShare, 0);
  const underLoad = timed.reduce((sum, { statement }) => sum + statement.totalExecMs, 0);
  const alone = timed.reduce((sum, { statement, scan }) => sum + statement.calls * (scan?.plan?.executionMs ?? 0), 0);
  if (covered < 0.5 || alone <= 0 || underLoad < crowded * alone) return null;
  return `the same statements take ${(underLoad / alone).toFixed(1)} times as long under this load as alone, so the database is what they queue for`;
}
