/** What has to be right before an index is built on a live server. */
import { statfs } from 'node:fs/promises';
import { z } from 'zod';
import type { Session } from '../databases/postgres/session.js';

/** An old transaction anywhere in the database lets a concurrent build wait for its end. */
const oldTransactionMs = 60_000;
/**
 * A build reads the table twice and sorts; 10 MB/s is what a busy server leaves for it. What does not fit into the deadline of a build that way is
 * a change to be planned, not a remedy of an incident.
 */
const slowestBytesPerMs = 10_000;
/** A replica that is behind already would fall further behind by the index's WAL, and reads there would grow old (managed services alarm at 10 to 30 s). */
const longestReplicaLagMs = 10_000;
const gigabyte = 1_000_000_000;

export interface IndexPlace {
  /** Of the table. */
  id: string;
  kind: string;
}

const factsRow = z.object({
  isReplica: z.boolean(),
  isBuilding: z.boolean(),
  oldTransaction: z.string().nullable(),
  tableBytes: z.coerce.number(),
  largestIndexBytes: z.coerce.number(),
  lagMs: z.number().nullable(),
  /** Where the index will be. */
  folder: z.string().nullable(),
});

/** Null when nothing stands against it. `deadlineMs` is what the build may take, `replicaLagMs` how far a replica may be behind. */
export async function whyNotBuild(
  session: Session,
  table: IndexPlace,
  { deadlineMs, replicaLagMs = longestReplicaLagMs }: { deadlineMs: number; replicaLagMs?: number },
): Promise<string | null> {
  if (table.kind !== 'r') return 'only plain tables can get an index concurrently: on a partitioned table build it on every partition';
  const [facts] = await session.query(
    `SELECT pg_is_in_recovery() AS "isReplica", EXISTS (SELECT FROM pg_index i WHERE i.indrelid = $1::oid) AND EXISTS (
              SELECT FROM pg_stat_progress_create_index WHERE relid = $1::oid) AS "isBuilding",
            (SELECT a.pid::text || ' (' || coalesce(nullif(a.application_name, ''), 'unnamed') || ')' FROM pg_stat_activity a
             WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND a.backend_xmin IS NOT NULL AND a.backend_type = 'client backend'
               AND a.xact_start < clock_timestamp() - ${oldTransactionMs} * interval '1 ms' ORDER BY a.xact_start LIMIT 1) AS "oldTransaction",
            pg_table_size($1::oid) AS "tableBytes",
            coalesce((SELECT max(pg_relation_size(indexrelid)) FROM pg_index WHERE indrelid = $1::oid), 0) AS "largestIndexBytes",
            (SELECT max(extract(epoch FROM replay_lag) * 1000)::float8 FROM pg_stat_replication) AS "lagMs",
 coalesce(nullif(pg_tablespace_location(coalesce(
                (SELECT t.oid FROM pg_tablespace t WHERE t.spcname = current_setting('default_tablespace')),
                (SELECT d.dattablespace FROM pg_database d WHERE d.datname = current_database()))), ''),
              CASE WHEN pg_has_role('pg_read_all_settings', 'USAGE') THEN current_setting('data_directory') END) AS folder`,
    factsRow,
    [table.id],
  );
  if (facts === undefined) return 'the server does not tell about itself';
  if (facts.isReplica) return 'this server is a replica; build the index on its primary';
  if (facts.isBuilding) return 'another index is being built on this table';
  if (facts.oldTransaction !== null)
    return `session ${facts.oldTransaction} has a transaction open for more than a minute, for whose end a concurrent build would wait`;
  if (facts.lagMs !== null && facts.lagMs > replicaLagMs)
    return `a replica is ${(facts.lagMs / 1000).toFixed(0)} s behind, and the build would put it further behind`;
  if (facts.tableBytes / slowestBytesPerMs > deadlineMs)
    return `the table has ${(facts.tableBytes / gigabyte).toFixed(0)} GB: such a build is a change to be planned, it may take longer than ${deadlineMs / 60_000} minutes`;
  return await whyNoSpace(session, facts);
}

/** An index is seldom larger than the largest one the table has, and never than the table; the sort files need as much again. */
async function whyNoSpace(session: Session, facts: z.infer<typeof factsRow>): Promise<string | null> {
  const estimate = facts.largestIndexBytes > 0 ? Math.min(facts.largestIndexBytes * 2, facts.tableBytes) : facts.tableBytes;
  const free = await freeBytes(session, facts.folder);
  if (free === null || free >= 2 * estimate) return null;
  return `the disk of the database has ${(free / gigabyte).toFixed(1)} GB free, and twice the index's ${(estimate / gigabyte).toFixed(1)} GB are needed`;
}

/** Only where the server runs on this very machine: SQL does not tell. */
async function freeBytes(session: Session, folder: string | null): Promise<number | null> {
  if (folder === null || !/^(?:127\.|\[::1\]|\/)/.test(session.peer)) return null;
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    return null;
  }
}
