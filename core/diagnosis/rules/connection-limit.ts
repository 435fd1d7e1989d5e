import { cite, nothing, type Rule, type RuleContext, type RuleVerdict } from '../rule.js';

export const connectionLimit: Rule = { id: 'connection-limit', evaluate };

/** The server has no connection slot left: new connections are refused, and requests fail or wait. */
function evaluate(context: RuleContext): RuleVerdict {
  const full = context.input.databases.find(
    ({ connections }) => connections !== null && connections.usedMax >= connections.maxConnections - connections.reserved,
  );
  if (full?.connections === null || full === undefined) return nothing;
  const { connections } = full;
  const isFelt =
    context.input.confirmation.broken.includes('error-ratio') ||
    context.lines.some((line) => line.resource === 'pool-wait' && line.share >= 0.25);
  if (!isFelt) return nothing;
  const fact = context.book.add(
    'database',
    `${full.name}: ${connections.usedMax} of ${connections.maxConnections} connections used (${connections.reserved} reserved)`,
    context.input.artifacts.databases,
  );
  return {
    ...nothing,
    causes: [
      {
        id: 'connection-limit',
        component: 'connections',
        location: { pool: full.name },
        share: 1,
        confidence: 0.85,
        summary: `The database ${full.name} has no connection slot left: ${connections.usedMax} of ${connections.maxConnections} are used, ${connections.reserved} are reserved.`,
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
