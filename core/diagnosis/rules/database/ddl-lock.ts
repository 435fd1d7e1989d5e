import { databasesDocument } from '../../../evidence/kinds/databases.js';
import { assured } from '../../confidence.js';
import { averageOf, excerpt, percent } from '../../figures.js';
import { expectedGain, withAdvice } from '../../forecast/expected-gain.js';
import { minimumShare, nothing, type Rule, type RuleContext, type RuleVerdict } from '../../rule.js';
import { endOf, heaviestLock, sessionText, lockThresholds } from './locks.js';

export const ddlLock: Rule = { id: 'ddl-lock', requires: [databasesDocument], thresholds: lockThresholds, evaluate };

function evaluate(context: RuleContext): RuleVerdict {
  const lock = heaviestLock(context);
  if (lock === null || lock.kind !== 'ddl-lock' || lock.share < minimumShare) return nothing;
  const { root } = lock.tree;
  return {
    ...nothing,
    causes: [
      {
        id: 'ddl-lock',
        component: 'database locks',
        location: {
          session: sessionText(root),
          statement: excerpt(root.query),
          database: lock.database.name,
          ...(lock.relation === null ? {} : { relation: lock.relation }),
        },
        share: lock.share,
        ...assured(context, 'lock-tree'),
        summary: `A table-level lock${lock.relation === null ? '' : ` on ${lock.relation}`} taken or awaited by a schema change makes ${averageOf(lock.tree.blockedMean, 'session')} on average queue behind session ${root.pid}; lock waits hold ${percent(lock.share)} of the mean latency.`,
        evidence: lock.evidence,
        remedy: {
          kind: 'terminate-blocker',
          statement: endOf(lock),
          ...withAdvice(expectedGain(context, { locks: [1, 1] }), 'repeat the change with a lock_timeout'),
        },
      },
    ],
  };
}
