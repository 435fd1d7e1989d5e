import { z } from 'zod';
import { EvidenceUnavailableError } from '../../../core/model/errors.js';
import { probeCapabilities } from './capabilities.js';
import type { Session } from './session.js';

const totalRow = z.object({ totalMs: z.number() });

const notCounted = {
  id: 'pg_stat_statements',
  what: 'statement statistics',
  why: 'the server gave none',
  remedy: 'Run CREATE EXTENSION pg_stat_statements in this database.',
};

/** Execution time of all statements of this database since the last reset. Rejects with EvidenceUnavailableError when the server does not count it. */
export async function totalExecutionMsWith(session: Session): Promise<number> {
  const { statements, missing } = await probeCapabilities(session);
  if (statements === null) throw new EvidenceUnavailableError(missing[0] ?? notCounted);
  const [row] = await session.query(
    `SELECT coalesce(sum(total_exec_time), 0)::float8 AS "totalMs" FROM ${statements.schema}.pg_stat_statements(false)
     WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    totalRow,
  );
  if (row === undefined) throw new EvidenceUnavailableError(notCounted);
  return row.totalMs;
}
