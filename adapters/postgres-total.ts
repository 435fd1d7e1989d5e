import { z } from 'zod';
import { probeCapabilities } from './postgres-capabilities.js';
import type { Session } from './postgres-session.js';

const totalRow = z.object({ totalMs: z.number() });

/** Execution time of all statements of this database since the last reset; null when the server does not count it. */
export async function totalExecutionMsWith(session: Session): Promise<number | null> {
  const { statements } = await probeCapabilities(session);
  if (statements === null) return null;
  const [row] = await session.query(
    `SELECT coalesce(sum(total_exec_time), 0)::float8 AS "totalMs" FROM ${statements.schema}.pg_stat_statements(false)
     WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    totalRow,
  );
  return row?.totalMs ?? null;
}
