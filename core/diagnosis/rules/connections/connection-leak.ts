import { serviceDocument } from '../../../evidence/kinds/service.js';
import { assured } from '../../confidence.js';
import { databasesDocument } from '../../../evidence/kinds/databases.js';
import type { DatabaseObservation, RestingSessions } from '../../../model/database.js';
import { shareOf } from '../../account/accounting.js';
import { percent } from '../../figures.js';
import { cite, expectedGain, minimumShare, nothing, type Rule, type RuleContext, type RuleVerdict } from '../../rule.js';

export const connectionLeak: Rule = { id: 'connection-leak', requires: [serviceDocument, databasesDocument], thresholds: {}, evaluate };

/** Requests queue for connections that others took and never gave back; `stranded.ts` says how such connections look at the server. */
function evaluate(context: RuleContext): RuleVerdict {
  const { pool } = context.facts;
  const share = shareOf(context.lines, 'pool-wait');
  const worst = mostRested(context.input.databases);
  if (pool === null || worst === null || pool.stranded === 0 || share < minimumShare) return nothing;
  const { database, resting } = worst;
  const book = context.book.add('database', describe(database, resting, context), databasesDocument.name);
  const isInTransaction = resting.inTransactionEnd >= resting.idleEnd;
  const held = isInTransaction
    ? 'in a transaction that nobody ends: they were taken and not given back.'
    : 'although they were used in the same window: they were taken and not given back. This is inferred; a lock of the service that is never released again would look the same.';
  return {
    ...nothing,
    causes: [
      {
        id: 'connection-leak',
        component: 'connections',
        location: { pool: database.name, database: database.name },
        share,
        ...assured(context, isInTransaction ? 'connections-open' : 'connections-unused'),
        summary: `Waiting for a database connection holds ${percent(share)} of the mean latency, while ${pool.stranded} of the service's ${pool.sessionsEnd} connections rest unused, ${held}`,
        evidence: cite(book, context.cited.wire, context.cited.accounting),
        remedy: {
          kind: 'code-change',
          statement:
            'Give the connection back on every path, also after an error (release in a finally block, and ROLLBACK before it); until then restart the service. A time limit on idle transactions and the leak detection of the pool show where.',
          expected: expectedGain(context, share),
          basis: 'estimated',
        },
      },
    ],
  };
}

function describe(database: DatabaseObservation, resting: RestingSessions, { facts }: RuleContext): string {
  return (
    `${database.name}: of the service's ${resting.sessionsEnd} connections, ${resting.inTransactionEnd} sat in an open transaction and ${resting.pausedEnd} idle for two seconds or more at the end of the window (${resting.pausedEndUsedBefore} of these had been used in it), ` +
    `${resting.idleEnd} without having run anything for a third of it (${resting.idleMid} in its middle), while ${facts.poolWaiting.toFixed(1)} requests waited inside the service`
  );
}

function mostRested(databases: readonly DatabaseObservation[]): { database: DatabaseObservation; resting: RestingSessions } | null {
  const rested = databases.flatMap((database) => {
    const resting = database.activity?.service?.resting;
    return resting === undefined ? [] : [{ database, resting }];
  });
  const count = ({ resting }: { resting: RestingSessions }): number => resting.idleEnd + resting.inTransactionEnd;
  return rested.sort((a, b) => count(b) - count(a))[0] ?? null;
}
