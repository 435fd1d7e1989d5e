import { databasesDocument } from '../../../evidence/kinds/databases.js';
import { assured } from '../../confidence.js';
import { averageOf, capitalized, duration, excerpt, percent } from '../../figures.js';
import { expectedGain } from '../../forecast/expected-gain.js';
import { minimumShare, nothing, type Rule, type RuleContext, type RuleVerdict } from '../../rule.js';
import { endOf, heaviestLock, sessionText, lockThresholds } from './locks.js';

export const idleInTransaction: Rule = { id: 'idle-in-transaction', requires: [databasesDocument], thresholds: lockThresholds, evaluate };

function evaluate(context: RuleContext): RuleVerdict {
  const lock = heaviestLock(context);
  if (lock === null || lock.kind !== 'idle-in-transaction' || lock.share < minimumShare) return nothing;
  const { root } = lock.tree;
  const owner = `session ${root.pid}${root.applicationName === null || root.applicationName === '' ? '' : ` of ${root.applicationName}`}`;
  return {
    ...nothing,
    causes: [
      {
        id: 'idle-in-transaction',
        component: 'database locks',
        location: {
          session: sessionText(root),
          statement: excerpt(root.query),
          database: lock.database.name,
          ...(lock.relation === null ? {} : { relation: lock.relation }),
        },
        share: lock.share,
        ...assured(context, 'lock-tree'),
        summary: `${capitalized(owner)} sits idle in an open transaction (open for ${duration(root.transactionAgeMs ?? root.stateAgeMs ?? 0)}) and holds locks${lock.relation === null ? '' : ` on ${lock.relation}`}, with ${averageOf(lock.tree.blockedMean, 'session')} waiting for them on average; lock waits hold ${percent(lock.share)} of the mean latency.`,
        evidence: lock.evidence,
        remedy: {
          kind: 'terminate-blocker',
          statement: endOf(lock),
          ...expectedGain(context, { locks: [1, 1] }),
        },
      },
    ],
  };
}
