import { serviceDocument } from '../../../evidence/kinds/service.js';
import { assured } from '../../confidence.js';
import { databasesDocument } from '../../../evidence/kinds/databases.js';
import type { DatabaseObservation, IdleSessions } from '../../../model/database.js';
import { shareOf } from '../../account/accounting.js';
import { averageOf, percent, plural } from '../../figures.js';
import { expectedGain } from '../../forecast/expected-gain.js';
import { cite, minimumShare, nothing, type Rule, type RuleContext, type RuleVerdict } from '../../rule.js';

export const connectionLeak: Rule = { id: 'connection-leak', requires: [serviceDocument, databasesDocument], thresholds: {}, evaluate };

/** Requests queue for connections that others took and never gave back. `leaked-sessions.ts` says how such connections look on the server. */
function evaluate(context: RuleContext): RuleVerdict {
  const { pool } = context.facts;
  const share = shareOf(context.lines, 'pool-wait');
  const worst = mostIdle(context.input.databases);
  if (pool === null || worst === null || pool.leaked === 0 || share < minimumShare) return nothing;
  const { database, longIdle } = worst;
  const book = context.book.add('database', describe(database, longIdle, context), databasesDocument.name);
  const isInTransaction = longIdle.inTransactionEnd >= longIdle.idleEnd;
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
        summary: `Waiting for a database connection holds ${percent(share)} of the mean latency, while ${pool.leaked} of the service's ${pool.sessionsEnd} connections sit idle, ${held}`,
        evidence: cite(book, context.cited.wire, context.cited.accounting),
        remedy: {
          kind: 'code-change',
          statement:
            'Give the connection back on every path, also after an error (release in a finally block, and ROLLBACK before it); until then restart the service. A time limit on idle transactions and the leak detection of the pool show where.',
          ...expectedGain(context, { waits: ['pool-wait'] }),
        },
      },
    ],
  };
}

/** What was seen of them at the end of the window. What was not seen is left out instead of being written as a zero. */
function describe(database: DatabaseObservation, longIdle: IdleSessions, { facts }: RuleContext): string {
  const { inTransactionEnd, pausedEnd, pausedEndUsedBefore, idleEnd, idleMid } = longIdle;
  const seen = [
    ...(inTransactionEnd === 0 ? [] : [`${inTransactionEnd} sat in an open transaction`]),
    ...(pausedEnd === 0 ? [] : [`${pausedEnd} were idle for two seconds or more, ${pausedEndUsedBefore} of them used in the window`]),
    ...(idleEnd === 0 ? [] : [`${idleEnd} had run nothing for a third of it (${idleMid} in its middle)`]),
  ];
  const connections = plural(longIdle.sessionsEnd, 'connection');
  return `${database.name}: at the end of the window the service held ${connections}: ${seen.join('; ')}; ${averageOf(facts.poolWaiting, 'request')} waited inside the service`;
}

function mostIdle(databases: readonly DatabaseObservation[]): { database: DatabaseObservation; longIdle: IdleSessions } | null {
  const idle = databases.flatMap((database) => {
    const longIdle = database.activity?.service?.longIdle;
    return longIdle === undefined ? [] : [{ database, longIdle }];
  });
  const count = ({ longIdle }: { longIdle: IdleSessions }): number => longIdle.idleEnd + longIdle.inTransactionEnd;
  return idle.sort((a, b) => count(b) - count(a))[0] ?? null;
}
