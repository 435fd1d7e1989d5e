import { average, ms, percent } from '../../figures.js';
import type { RuledOut } from '../../../model/cause.js';
import { minimumShare, tooSmall, type RuleContext, type Threshold } from '../../rule.js';
import { isOfWindow, statementCases } from '../database/database.js';

/** Requests that queue for a connection, the service's own or a pooler's. */
interface ConnectionQueue {
  /** `for connections`, `in pgbouncer`. */
  where: string;
  /** 0..1 of the mean latency. */
  share: number;
  /** What the statements of one request take once they have a connection. */
  databaseMs: number;
  /** The connections are in use at the database; their owners do not hold them while doing something else. */
  isAtDatabase: boolean;
}

/** Limits that the rules on queues for connections share. */
export const queueThresholds = {
  database: {
    value: 0.5,
    unit: 'of the mean latency',
    source:
      'Then more than half of the latency would stay with any number of connections; of a latency that would stay too long, more than half is the database.',
  },
  covered: {
    value: 0.5,
    unit: "of the database's execution time",
    source: 'What is known of less than half of it says nothing for the whole.',
  },
  most: {
    value: 0.5,
    unit: 'of the mean latency',
    source:
      'More than everything else together: then the queue is where the time goes, and what it leaves over the budget lowers how sure that is.',
  },
  contended: {
    value: 2,
    unit: 'times as long as alone',
    source: 'From here on most of the time at the database goes into waiting for others there.',
  },
} as const satisfies Record<string, Threshold>;

/** Why more connections would not help the requests that queue for them; null when they would. */
export function whyNotThePool(
  context: RuleContext,
  { where, share, databaseMs, isAtDatabase }: ConnectionQueue,
): Pick<RuledOut, 'reason' | 'kind'> | null {
  const { meanMs } = context.facts;
  const queue = `the queue ${where} holds ${percent(share)} of the latency`;
  if (share < minimumShare) return { kind: 'disproved', reason: `${queue}, ${tooSmall}` };
  if (databaseMs > queueThresholds.database.value * meanMs)
    return { kind: 'consequence', reason: `${queue} because of what the connections do: ${ms(databaseMs)} a request at the database` };
  const budgetMs = brokenBudgetMs(context);
  const withoutMs = meanMs * (1 - share);
  const isBroken = budgetMs !== null && withoutMs > budgetMs;
  if (isBroken && databaseMs > queueThresholds.database.value * withoutMs)
    return {
      kind: 'consequence',
      reason: `${queue} because of what the connections do: without it a request would still take ${ms(withoutMs)}, ${ms(databaseMs)} of them at the database`,
    };
  if (isBroken && share < queueThresholds.most.value)
    return {
      kind: 'disproved',
      reason: `${queue}, and without it a request would still take ${ms(withoutMs)} on average, more than the ${ms(budgetMs)} of its budget`,
    };
  const contention = isAtDatabase ? contendedStatements(context) : null;
  return contention === null ? null : { kind: 'consequence', reason: `${queue} because of what the connections do: ${contention}` };
}

/** The loosest latency budget. If the mean breaks even that one, there is another reason as well. */
function brokenBudgetMs({ input: { budgets } }: RuleContext): number | null {
  const limits = [budgets.p50Ms, budgets.p95Ms, budgets.p99Ms].filter((limit) => limit !== undefined);
  return limits.length === 0 ? null : Math.max(...limits);
}

/** Says how much longer the statements take in the window than alone. Null when they do not, or when most of them were not run alone. */
function contendedStatements(context: RuleContext): string | null {
  const timed = statementCases(context).filter(({ scan }) => scan?.plan?.analyzed === true && isOfWindow(scan));
  const covered = timed.reduce((sum, { statement }) => sum + statement.timeShare, 0);
  const underLoad = timed.reduce((sum, { statement }) => sum + statement.totalExecMs, 0);
  const alone = timed.reduce((sum, { statement, scan }) => sum + statement.calls * (scan?.plan?.executionMs ?? 0), 0);
  if (covered < queueThresholds.covered.value || alone <= 0 || underLoad < queueThresholds.contended.value * alone) return null;
  return `the same statements take ${average(underLoad / alone)} times as long under this load as alone, so the database is what they queue for`;
}
