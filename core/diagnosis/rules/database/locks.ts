import { engineTraits } from '../../../engines/registry.js';
import type { Threshold } from '../../rule.js';
import { databasesDocument } from '../../../evidence/kinds/databases.js';
import type { BlockingSession, BlockingTree, DatabaseObservation } from '../../../model/database.js';
import { shareOf, shareOfSide } from '../../account/accounting.js';
import { averageOf, clampRatio, duration, oneLine } from '../../figures.js';
import { cite, type RuleContext } from '../../rule.js';

export interface LockCase {
  database: DatabaseObservation;
  tree: BlockingTree;
  /** 0..1 of the mean latency: all waiting for locks, including the queue for connections that it causes. */
  share: number;
  kind: 'ddl-lock' | 'idle-in-transaction' | 'row-lock';
  relation: string | null;
  /** This tree's root blocks less than most of the waiting sessions: sessions take turns. */
  isShared: boolean;
  evidence: string[];
}

export const lockThresholds = {
  idleMs: {
    value: 2000,
    unit: 'ms',
    source:
      'A transaction of a request pauses for round trips and calls, tenths of a second each; one that is idle for seconds is not at work.',
  },
  idleRequests: {
    value: 3,
    unit: 'mean latencies',
    source: 'An owner that is idle for longer than three requests take is not in the middle of one.',
  },
  idleLooks: {
    value: 0.5,
    unit: 'of the looks at it',
    source: 'Idle in more than half of the looks: its pauses are longer than its work.',
  },
  fewestLooks: { value: 5, unit: 'looks', source: 'With fewer a share of one half has an interval from 0 to 1.' },
  partOfWaiting: {
    value: 0.6,
    unit: 'of the waiting sessions',
    source: 'One and the same session behind most of the waiting; sessions that take turns share it.',
  },
} as const satisfies Record<string, Threshold>;

const definition = /^\s*(?:\/\*.*?\*\/\s*)*(alter|create|drop|truncate|reindex|cluster|vacuum\s+full|refresh|lock)\b/i;

/** The heaviest blocking tree of the window with its kind, or null when locks hold no relevant part of the latency. */
export function heaviestLock(context: RuleContext): LockCase | null {
  const all = context.input.databases.flatMap((database) => database.blocking.map((tree) => ({ database, tree })));
  const heaviest = all.sort((a, b) => b.tree.blockedMean - a.tree.blockedMean)[0];
  if (heaviest === undefined) return null;
  const { database, tree } = heaviest;
  const blocked = all.reduce((sum, each) => sum + each.tree.blockedMean, 0);
  const part = blocked > 0 ? tree.blockedMean / blocked : 0;
  const kind = kindOf(tree, context.facts.meanMs, part);
  const relation = relationOf(tree);
  const summary =
    `session ${tree.root.pid} (${tree.root.applicationName === null || tree.root.applicationName === '' ? 'unnamed' : tree.root.applicationName}, ${tree.root.state ?? 'state unknown'}) blocks ${averageOf(tree.blockedMean, 'session')} on average, ` +
    `${tree.blockedMax} at most${relation === null ? '' : `, on ${relation}`}; transaction open for ${duration(tree.root.transactionAgeMs ?? 0)}; last statement: ${oneLine(tree.root.query)}`;
  const evidence = cite(context.book.add('database', summary, databasesDocument.name), context.cited.accounting);
  return {
    database,
    tree,
    share: lockShareOfLatency(context),
    kind,
    relation,
    isShared: part < lockThresholds.partOfWaiting.value,
    evidence,
  };
}

/**
 * Who is idle while others wait has left a transaction open, if it stays so for longer than several requests take, or if one and the same session is behind
 * most of the waiting. The transactions of requests pause, too, but their sessions take turns.
 */
function kindOf(tree: BlockingTree, meanMs: number, partOfWaiting: number): LockCase['kind'] {
  if ([tree.root, ...tree.waiters].some(isDefinition)) return 'ddl-lock';
  const isIdle = tree.root.state?.startsWith('idle in transaction') === true;
  const isLong = isIdle && (tree.root.stateAgeMs ?? 0) >= Math.max(lockThresholds.idleMs.value, lockThresholds.idleRequests.value * meanMs);
  const isMostlyIdle =
    isIdle && (tree.rootIdleShare ?? 0) >= lockThresholds.idleLooks.value && tree.ticksSeen >= lockThresholds.fewestLooks.value;
  return isLong || (isMostlyIdle && partOfWaiting >= lockThresholds.partOfWaiting.value) ? 'idle-in-transaction' : 'row-lock';
}

/** `14988 (stock-taking)`: the pid to act on, and the name that people know it by. */
export function sessionText(session: BlockingSession): string {
  return session.applicationName === null || session.applicationName === ''
    ? String(session.pid)
    : `${session.pid} (${session.applicationName})`;
}

/** What ends the session at the root, in its engine's words. */
export function endOf({ database, tree }: LockCase): string {
  return engineTraits(database.kind).remedies.endSession(tree.root);
}

/** `SELECT … FOR UPDATE` also queues for a row with AccessExclusiveLock, on the tuple. That mode means a schema change only on a whole table. */
function isDefinition({ query, waitingFor, lockMode }: BlockingSession): boolean {
  const isOnTable = waitingFor === null || waitingFor.startsWith('relation/');
  return definition.test(query) || (isOnTable && lockMode === 'AccessExclusiveLock');
}

function relationOf(tree: BlockingTree): string | null {
  const named = [...tree.waiters, tree.root].find((session) => session.relation !== null)?.relation;
  if (named !== undefined && named !== null) return named;
  for (const session of [...tree.waiters, tree.root]) {
    const match = /\b(?:update|into|from|table|lock)\s+(?:only\s+)?("?[\w.]+"?(?:\."?[\w]+"?)?)/i.exec(session.query);
    if (match?.[1] !== undefined) return match[1].replaceAll('"', '');
  }
  return null;
}

/** Waiting for locks itself, plus the queue for connections that it causes, in the service's pool or in a pooler. */
function lockShareOfLatency(context: RuleContext): number {
  const waiting = shareOf(context.lines, 'database-lock');
  const database = shareOfSide(context.lines, 'database');
  const pool = shareOf(context.lines, 'pool-wait', 'pooler-wait');
  return clampRatio(waiting + (database > 0 ? pool * (waiting / database) : 0));
}
