import { serviceDocument } from '../../../evidence/kinds/service.js';
import { assured } from '../../confidence.js';
import { databasesDocument } from '../../../evidence/kinds/databases.js';
import { shareOf, shareOfSide } from '../../account/accounting.js';
import { isForDatabase } from '../../account/pooler-queue.js';
import { average, averageOf, ms, percent } from '../../figures.js';
import { expectedGain } from '../../forecast/expected-gain.js';
import { cite, nothing, type Rule, type RuleContext, type RuleVerdict } from '../../rule.js';
import { queueThresholds, whyNotThePool } from './connection-queue.js';

export const poolerWait: Rule = {
  id: 'pooler-wait',
  requires: [serviceDocument, databasesDocument],
  thresholds: queueThresholds,
  evaluate,
};

/** Requests queue in a pooler whose connections are all in use, while the work on them is quick. */
function evaluate(context: RuleContext): RuleVerdict {
  const { poolerQueue: queue, meanMs } = context.facts;
  const share = shareOf(context.lines, 'pooler-wait');
  if (queue === null || share === 0) return nothing;
  const { name, database, connections, executing, idleInTransaction, waiting } = queue;
  const executingMs = shareOfSide(context.lines, 'database') * meanMs;
  const book = context.book.add(
    'database',
    `${name} holds ${connections} connections to ${database}, ${average(executing)} of them executing and ${average(idleInTransaction)} in a transaction between two statements, with ${averageOf(waiting, 'request')} waiting in it; the database needs ${ms(executingMs)} a request`,
    databasesDocument.name,
  );
  const whyNot = whyNotThePool(context, {
    where: `in ${name}`,
    share,
    databaseMs: executingMs,
    isAtDatabase: isForDatabase(queue),
  });
  if (whyNot !== null) return { causes: [], ruledOut: [{ ...whyNot, id: 'pooler-wait', evidence: cite(book) }] };
  const isHeld = idleInTransaction > executing;
  return {
    ...nothing,
    causes: [
      {
        id: 'pooler-wait',
        component: 'connections',
        location: { pool: `${name} (${database})`, database },
        share,
        ...assured(context, 'pool-in-use'),
        summary: `Waiting in ${name} for one of its ${connections} connections to ${database} holds ${percent(share)} of the mean latency, with ${averageOf(waiting, 'request')} waiting there, while the database needs only ${ms(executingMs)} a request${isHeld ? '; most connections sit in a transaction between two statements' : ''}.`,
        evidence: cite(book, context.cited.wire, context.cited.accounting),
        remedy: {
          kind: 'configuration',
          statement: `${isHeld ? 'Keep transactions short (no other calls between BEGIN and COMMIT), or give' : 'Give'} ${name} more connections for this database (its pool size), within what the server has cores and connections for.`,
          ...expectedGain(context, { waits: ['pooler-wait'] }),
        },
      },
    ],
  };
}
