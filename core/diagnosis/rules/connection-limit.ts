import type { DatabaseObservation } from '../../model/database.js';
import { cite, nothing, type Rule, type RuleContext, type RuleVerdict } from '../rule.js';

export const connectionLimit: Rule = { id: 'connection-limit', evaluate };

/** The server has no connection slot left: new connections are refused, and requests fail or wait. */
function evaluate(context: RuleContext): RuleVerdict {
  const full = context.input.databases.find((database) => fullness(database) !== null);
  const what = full === undefined ? null : fullness(full);
  if (full === undefined || what === null) return nothing;
  const isFelt =
    context.input.confirmation.broken.includes('error-ratio') ||
    context.lines.some((line) => line.resource === 'pool-wait' && line.share >= 0.25);
  if (!isFelt) return nothing;
  const fact = context.book.add('database', `${full.name}: ${what}`, context.input.artifacts.databases);
  return {
    ...nothing,
    causes: [
      {
        id: 'connection-limit',
        component: 'connections',
        location: { pool: full.name },
        share: 1,
        confidence: 0.85,
        summary: `The database ${full.name} has no connection slot left: ${what}.`,
        evidence: cite(fact, context.cited.load),
        remedy: {
          kind: 'configuration',
          statement: 'Close what holds the slots (idle clients, leaked connections), put a pooler in front, or raise max_connections.',
          expected: 'requests can connect again',
          basis: 'none',
        },
        explains: ['pool-exhausted', 'capacity'],
      },
    ],
  };
}

/** In words, when all slots were taken: by count, or because the server refused the responder itself. Null = there was room. */
function fullness({ connections, slotsExhausted }: DatabaseObservation): string | null {
  if (connections !== null && connections.usedMax >= connections.maxConnections - connections.reserved) {
    return `${connections.usedMax} of ${connections.maxConnections} connections used (${connections.reserved} reserved)`;
  }
  return slotsExhausted === undefined ? null : `it refused a connection: ${slotsExhausted}`;
}
