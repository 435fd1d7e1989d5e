import { z } from 'zod';
import type { StatementSnapshot } from '../../../core/database/statement-deltas.js';
import type { ConnectionObservation, DatabaseObservation } from '../../../core/model/database.js';
import type { Capabilities } from './capabilities.js';
import type { Session } from './session.js';

const counterRow = z.object({
  userId: z.string(),
  databaseId: z.string(),
  queryId: z.string(),
  toplevel: z.boolean(),
  calls: z.number(),
  totalExecMs: z.number(),
  totalPlanMs: z.number(),
  rows: z.number(),
  sharedHitBlocks: z.number(),
  sharedReadBlocks: z.number(),
  tempBlocks: z.number(),
  walBytes: z.number(),
  sinceMs: z.number().nullable(),
});

const infoRow = z.object({ takenAtMs: z.number(), resetAtMs: z.number().nullable(), evictions: z.number() });

/** Counters without texts: reading the texts would load the server's whole text file. */
export async function readStatements(session: Session, source: NonNullable<Capabilities['statements']>): Promise<StatementSnapshot> {
  const counters = await session.query(
    `SELECT userid::text AS "userId", dbid::text AS "databaseId", queryid::text AS "queryId", ${source.minor >= 9 ? 'toplevel' : 'true AS toplevel'},
            calls::float8, total_exec_time AS "totalExecMs", total_plan_time AS "totalPlanMs", rows::float8,
            shared_blks_hit::float8 AS "sharedHitBlocks", shared_blks_read::float8 AS "sharedReadBlocks",
            (temp_blks_read + temp_blks_written)::float8 AS "tempBlocks", wal_bytes::float8 AS "walBytes",
            ${source.minor >= 11 ? '(extract(epoch FROM stats_since) * 1000)::float8' : 'NULL::float8'} AS "sinceMs"
     FROM ${source.schema}.pg_stat_statements(false)
     WHERE queryid IS NOT NULL AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    counterRow,
  );
  const info =
    source.minor >= 9
      ? `SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS "takenAtMs", (extract(epoch FROM stats_reset) * 1000)::float8 AS "resetAtMs",
                dealloc::float8 AS evictions FROM ${source.schema}.pg_stat_statements_info`
      : `SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS "takenAtMs", NULL::float8 AS "resetAtMs", 0::float8 AS evictions`;
  const [row] = await session.query(info, infoRow);
  if (row === undefined) throw new Error('expected one row of pg_stat_statements_info, got none');
  return { ...row, counters };
}

/** The texts of a few statements, as the server keeps them. */
export async function readTexts(
  session: Session,
  source: NonNullable<Capabilities['statements']>,
  queryIds: string[],
): Promise<Map<string, string>> {
  const rows = await session.query(
    `SELECT DISTINCT ON (queryid) queryid::text AS id, query FROM ${source.schema}.pg_stat_statements(true)
     WHERE queryid = ANY($1::bigint[]) AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND query IS NOT NULL
     ORDER BY queryid, calls DESC`,
    z.object({ id: z.string(), query: z.string() }),
    [queryIds],
  );
  return new Map(rows.map((row) => [row.id, row.query]));
}

const databaseRow = z.object({
  blocksHit: z.number(),
  blocksRead: z.number(),
  tempBytes: z.number(),
  deadlocks: z.number(),
  commits: z.number(),
  rollbacks: z.number(),
  /** Null before PostgreSQL 14. */
  sessions: z.number().nullable(),
});
export type DatabaseCounters = z.infer<typeof databaseRow>;

export async function readCounters(session: Session): Promise<DatabaseCounters | null> {
  const [row] = await session.query(
    `SELECT blks_hit::float8 AS "blocksHit", blks_read::float8 AS "blocksRead", temp_bytes::float8 AS "tempBytes", deadlocks::float8,
            xact_commit::float8 AS commits, xact_rollback::float8 AS rollbacks, (to_jsonb(d) ->> 'sessions')::float8 AS sessions
     FROM pg_stat_database d WHERE datname = current_database()`,
    databaseRow,
  );
  return row ?? null;
}

export function counterDeltas(before: DatabaseCounters | null, after: DatabaseCounters | null): DatabaseObservation['counters'] {
  if (before === null || after === null) return null;
  const delta = (from: number, to: number): number => (to >= from ? to - from : to);
  return {
    blocksHit: delta(before.blocksHit, after.blocksHit),
    blocksRead: delta(before.blocksRead, after.blocksRead),
    tempBytes: delta(before.tempBytes, after.tempBytes),
    deadlocks: delta(before.deadlocks, after.deadlocks),
    commits: delta(before.commits, after.commits),
    rollbacks: delta(before.rollbacks, after.rollbacks),
    ...(before.sessions === null || after.sessions === null ? {} : { sessions: delta(before.sessions, after.sessions) }),
  };
}

/** Slots of the server, and how many of them ordinary roles cannot have. */
export async function readConnectionLimits(session: Session): Promise<Pick<ConnectionObservation, 'maxConnections' | 'reserved'>> {
  const [row] = await session.query(
    `SELECT current_setting('max_connections')::int AS "maxConnections",
            current_setting('superuser_reserved_connections')::int + coalesce(nullif(current_setting('reserved_connections', true), ''), '0')::int AS reserved`,
    z.object({ maxConnections: z.number(), reserved: z.number() }),
  );
  return row ?? { maxConnections: 0, reserved: 0 };
}
