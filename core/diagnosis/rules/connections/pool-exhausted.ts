import { serviceDocument } from '../../../evidence/kinds/service.js';
import { assured } from '../../confidence.js';
import { databasesDocument } from '../../../evidence/kinds/databases.js';
import { shareOf, shareOfSide } from '../../account/accounting.js';
import { isPoolBusyAtDatabase, poolThresholds, queuedInBursts } from '../../facts.js';
import { average, averageOf, ms, percent, plural } from '../../figures.js';
import { expectedGain } from '../../forecast/expected-gain.js';
import { siteText } from '../../../evidence/kinds/standing.js';
import { citedSite, standingSite } from '../../account/standing-site.js';
import { frameLocation } from '../process/cpu.js';
import { cite, nothing, type Rule, type RuleContext, type RuleVerdict } from '../../rule.js';
import { queueThresholds, whyNotThePool } from './connection-queue.js';

export const poolExhausted: Rule = {
  id: 'pool-exhausted',
  requires: [serviceDocument, databasesDocument],
  thresholds: queueThresholds,
  evaluate,
};

/** Requests queue for a connection while the work on the connections is quick: the size of the pool, or how long a connection is held, is the limit. */
function evaluate(context: RuleContext): RuleVerdict {
  const { facts } = context;
  const share = shareOf(context.lines, 'pool-wait');
  if (facts.pool === null || share === 0) return nothing;
  const databaseMs = shareOfSide(context.lines, 'database') * facts.meanMs;
  // A pool has whole connections. Those that it opened during the window are in its number at the end.
  const size = plural(Math.max(Math.round(facts.pool.sessions), facts.pool.sessionsEnd), 'connection');
  const book = context.book.add(
    'database',
    `the service holds ${averageOf(facts.pool.sessions, 'connection')}, ${average(facts.pool.busy)} of them in use on average, while ${averageOf(facts.inFlight, 'request')} are in flight; the database needs ${ms(databaseMs)} a request`,
    databasesDocument.name,
  );
  const whyNot = whyNotThePool(context, {
    where: 'for connections',
    share,
    databaseMs,
    // Connections that nobody gave back are in use, but do nothing at the database.
    isAtDatabase: isPoolBusyAtDatabase(facts) && facts.pool.leaked === 0,
  });
  if (whyNot !== null) return { causes: [], ruledOut: [{ ...whyNot, id: 'pool-exhausted', evidence: cite(book) }] };
  const isBusy = Math.max(facts.pool.busy, facts.databaseWaiting) >= poolThresholds.inUse.value * facts.pool.sessions;
  const inferred = isBusy ? '' : ` ${howInferred(context)} Another limit of the same size in the service would look the same.`;
  const site = standingSite(context.input, facts);
  return {
    ...nothing,
    causes: [
      {
        id: 'pool-exhausted',
        component: 'connections',
        location: { pool: context.input.databases.map((database) => database.name).join(', '), ...frameLocation(site?.frame) },
        share,
        ...assured(context, isBusy ? 'pool-in-use' : 'pool-inferred'),
        summary: `Waiting for a database connection holds ${percent(share)} of the mean latency${isBusy ? `: all ${size} are in use` : ` in a pool of ${size}`} with ${averageOf(facts.inFlight, 'request')} in flight, while ${databaseMs === 0 ? 'nothing was seen to run at the database' : `the database needs only ${ms(databaseMs)} a request`}.${site === null ? '' : ` They wait at ${siteText(site)}.`}${inferred}`,
        evidence: cite(book, context.cited.wire, context.cited.accounting, ...citedSite(context, site)),
        remedy: {
          kind: 'configuration',
          statement: `Hold connections for less time (no other calls between acquire and release), or enlarge the pool beyond its ${size}, within the server's connection limit.`,
          ...expectedGain(context, { waits: ['pool-wait'] }),
        },
      },
    ],
  };
}

function howInferred({ facts }: RuleContext): string {
  return 2 * queuedInBursts(facts.peers) > facts.poolWaiting
    ? 'The connections are busy at times only, so this is inferred: requests are inside the service in just those moments.'
    : 'The connections are idle at the server, so this is inferred: never more requests than connections were at the peers together.';
}
