import type { Threshold } from '../../rule.js';
import { assured } from '../../confidence.js';
import { databasesDocument } from '../../../evidence/kinds/databases.js';
import type { DatabaseObservation } from '../../../model/database.js';
import { cite, nothing, disproved, type Rule, type RuleContext, type RuleVerdict } from '../../rule.js';

const thresholds = {
  failsElsewhere: {
    value: 0.5,
    unit: 'of the failed requests',
    source: 'Failed calls that are half as many as failed requests could be the reason of most of them.',
  },
} as const satisfies Record<string, Threshold>;

export const connectionLimit: Rule = { id: 'connection-limit', requires: [databasesDocument], thresholds, evaluate };

/**
 * The server has no connection slot left, and requests fail. A pool at its own size waits in silence and asks for no slot, so a queue for connections
 * without a failure belongs to the pool.
 */
function evaluate(context: RuleContext): RuleVerdict {
  const full = context.input.databases.find((database) => fullness(database) !== null);
  const what = full === undefined ? null : fullness(full);
  if (full === undefined || what === null) return nothing;
  if (!context.input.confirmation.broken.includes('error-ratio')) {
    const seen = context.book.add('database', `${full.name}: ${what}`, databasesDocument.name);
    return disproved(
      'connection-limit',
      `${full.name} has no connection slot left, but no budget for errors is broken: the service gets along with the connections it has`,
      [seen, context.cited.load],
    );
  }
  const fact = context.book.add('database', `${full.name}: ${what}`, databasesDocument.name);
  if (failsElsewhere(context))
    return disproved(
      'connection-limit',
      `${full.name} has no connection slot left, but as many calls to other services fail as requests do`,
      [fact, context.cited.trace],
    );
  return {
    ...nothing,
    causes: [
      {
        id: 'connection-limit',
        component: 'connections',
        location: { pool: full.name, database: full.name },
        share: 1,
        ...assured(context, 'slots-refused'),
        summary: `The database ${full.name} has no connection slot left: ${what}.`,
        evidence: cite(fact, context.cited.load),
        remedy: {
          kind: 'configuration',
          statement: 'Close what holds the slots (idle clients, leaked connections), put a pooler in front, or raise max_connections.',
          expected: 'requests can connect again',
          basis: 'none',
        },
      },
    ],
  };
}

/** Do failed calls to other services alone explain why requests fail? Then nothing shows that the full server is the reason. */
function failsElsewhere({ input }: RuleContext): boolean {
  const calls = input.trace?.outbound ?? [];
  const requests = input.trace?.routes.reduce((sum, route) => sum + route.requests, 0) ?? 0;
  return (
    requests > 0 && calls.reduce((sum, call) => sum + call.failed, 0) >= thresholds.failsElsewhere.value * input.load.failedRatio * requests
  );
}

/** Says in words that all slots were taken: by their count, or because the server refused the responder itself. Null = there was room. */
function fullness({ connections, slotsExhausted }: DatabaseObservation): string | null {
  if (connections !== null && connections.usedMax >= connections.maxConnections - connections.reserved) {
    return `${connections.usedMax} of ${connections.maxConnections} connections used (${connections.reserved} reserved)`;
  }
  return slotsExhausted === undefined ? null : `it refused a connection: ${slotsExhausted}`;
}
