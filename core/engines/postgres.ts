import { terminateStatement } from '../database/sql/remedy-statement.js';
import type { EngineTraits, Operator, SessionToEnd, WaitKind } from './engine.js';

/** Node types of EXPLAIN; https://www.postgresql.org/docs/current/using-explain.html */
function operatorOf(nodeType: string): Operator {
  if (nodeType.includes('Seq Scan')) return 'full-scan';
  if (nodeType.startsWith('Bitmap')) return 'bitmap-scan';
  if (/Index (?:Only )?Scan/.test(nodeType)) return 'index-scan';
  if (nodeType.endsWith('Sort')) return 'sort';
  if (nodeType === 'Limit') return 'limit';
  if (nodeType === 'Nested Loop') return 'nested-loop';
  // They hand rows on as they are.
  return nodeType === 'Gather' || nodeType === 'Gather Merge' ? 'hand-on' : 'other';
}

/** `wait_event_type` of pg_stat_activity; `CPU` is ours for an active session that waits for nothing. */
const waits: Record<string, WaitKind> = { CPU: 'cpu', Lock: 'lock', IO: 'io', Client: 'client' };

/** Where this role may not see when the session began, only a person can tell that it is still the same one: that statement is advice, and nothing applies it. */
function endSession({ pid, startedAt, statementStartedAt, applicationName }: SessionToEnd): string {
  const isKnown = typeof startedAt === 'string' && typeof statementStartedAt === 'string' && applicationName?.includes('\\') !== true;
  if (!isKnown) return `SELECT pg_terminate_backend(${pid})`;
  return terminateStatement({ pid, startedAt, statementStartedAt, applicationName: applicationName ?? '' });
}

export const postgres: EngineTraits = {
  kind: 'postgres',
  title: 'PostgreSQL',
  planFormats: /^postgres-/,
  operatorOf,
  waitOf: (waitClass) => waits[waitClass] ?? 'other',
  remedies: {
    renewStatistics: ({ schema, relation }) => `ANALYZE "${schema}"."${relation}"`,
    endSession,
    moreMemory: (memory) => `Give this statement ${memory} (SET LOCAL work_mem for its role or transaction)`,
  },
};
