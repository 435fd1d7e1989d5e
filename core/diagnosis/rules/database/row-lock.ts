import { databasesDocument } from '../../../evidence/kinds/databases.js';
import { assured } from '../../confidence.js';
import { averageOf, excerpt, percent } from '../../figures.js';
import { expectedGain } from '../../forecast/expected-gain.js';
import { minimumShare, nothing, type Rule, type RuleContext, type RuleVerdict } from '../../rule.js';
import { heaviestLock, lockThresholds } from './locks.js';

export const rowLock: Rule = { id: 'row-lock', requires: [databasesDocument], thresholds: lockThresholds, evaluate };

function evaluate(context: RuleContext): RuleVerdict {
  const lock = heaviestLock(context);
  if (lock === null || lock.kind !== 'row-lock' || lock.share < minimumShare) return nothing;
  const waiter = lock.tree.waiters[0];
  const queued = averageOf(lock.tree.blockedMean, 'session');
  return {
    ...nothing,
    causes: [
      {
        id: 'row-lock',
        component: 'database locks',
        location: {
          database: lock.database.name,
          ...(lock.relation === null ? {} : { relation: lock.relation }),
          ...(waiter === undefined ? {} : { statement: excerpt(waiter.query) }),
        },
        share: lock.share,
        ...assured(context, 'lock-tree'),
        summary: `Waiting for row locks${lock.relation === null ? '' : ` of ${lock.relation}`} holds ${percent(lock.share)} of the mean latency${lock.isShared ? `: sessions take turns as its owner, and ${queued} on average queue behind the one that blocks most` : `, with ${queued} on average queued behind one owner`}.`,
        evidence: lock.evidence,
        remedy: {
          kind: 'code-change',
          statement:
            'Hold the row for less time: move slow work out of the transaction, update the contended row last, or spread it (several rows, a queue, an append-only table).',
          ...expectedGain(context, { locks: [1, 1] }),
        },
      },
    ],
  };
}
