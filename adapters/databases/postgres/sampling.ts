import { z } from 'zod';
import type { SessionSample } from '../../../core/database/activity.js';
import { withoutLiterals } from '../../../core/database/sql/without-literals.js';
import type { LockSample } from '../../../core/database/blocking.js';
import type { SeenText } from './seen-texts.js';
import type { Session } from './session.js';

const sessionRow = z.object({
  pid: z.number(),
  isHere: z.boolean(),
  isHidden: z.boolean(),
  backendType: z.string().nullable(),
  state: z.string().nullable(),
  waitEventType: z.string().nullable(),
  waitEvent: z.string().nullable(),
  queryId: z.string().nullable(),
  query: z.string(),
  applicationName: z.string().nullable(),
  clientAddress: z.string().nullable(),
  clientPort: z.number().nullable(),
  transactionAgeMs: z.number().nullable(),
  stateAgeMs: z.number().nullable(),
});

export interface ActivitySample {
  /** Client sessions of this database, without this one. */
  sessions: SessionSample[];
  /** Client connections of the whole server: slots are shared by all databases. */
  used: number;
  /** Sessions whose state this role may not see. */
  hidden: number;
  /** What runs, values included: for `SeenTexts` alone. */
  texts: SeenText[];
}

const age = (column: string): string => `(extract(epoch FROM clock_timestamp() - ${column}) * 1000)::float8`;

/** One look at all client sessions. Of those of other roles an unprivileged role sees hardly more than the pid. */
export async function sampleActivity(session: Session): Promise<ActivitySample> {
  const rows = await session.query(
    `SELECT pid, datname IS NOT DISTINCT FROM current_database() AS "isHere", coalesce(query = '<insufficient privilege>', false) AS "isHidden",
            backend_type AS "backendType", state, wait_event_type AS "waitEventType", wait_event AS "waitEvent", query_id::text AS "queryId",
            CASE WHEN state = 'idle' OR query IS NULL THEN '' ELSE left(query, 1000) END AS query, application_name AS "applicationName",
            host(client_addr) AS "clientAddress", client_port AS "clientPort",
            ${age('xact_start')} AS "transactionAgeMs", ${age('state_change')} AS "stateAgeMs"
     FROM pg_stat_activity
     WHERE pid <> pg_backend_pid() AND (backend_type = 'client backend' OR (backend_type IS NULL AND datid IS NOT NULL))`,
    sessionRow,
  );
  const here = rows.filter((row) => row.isHere);
  return {
    sessions: here.map((row) => ({ ...row, query: withoutLiterals(row.query) })),
    used: rows.length + 1,
    hidden: here.filter((row) => row.isHidden).length,
    texts: here.filter((row) => row.state === 'active' && row.query !== '').map(({ queryId, query }) => ({ queryId, text: query })),
  };
}

const lockRow = z.object({
  pid: z.number(),
  blockedBy: z.array(z.number()),
  state: z.string().nullable(),
  wait: z.string().nullable(),
  query: z.string(),
  applicationName: z.string().nullable(),
  transactionAgeMs: z.number().nullable(),
  stateAgeMs: z.number().nullable(),
  waitingFor: z.string().nullable(),
  relation: z.string().nullable(),
  lockMode: z.string().nullable(),
  backendType: z.string().nullable(),
  startedAt: z.string().nullable(),
  statementStartedAt: z.string().nullable(),
});

/** Exact to the microsecond, as the server keeps it. */
const instant = (column: string): string => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/**
 * Who waits for whom. `pg_blocking_pids` stops the lock manager for a moment, so it is asked about waiters only and at most once a second.
 * A waiter for a row waits for a transaction id, which names no table: then the row's own lock does, or the one table it writes to.
 * Of a root, the strongest lock that it holds on a table of the users is told.
 */
export async function sampleLocks(connection: Session): Promise<LockSample[]> {
  const rows = await connection.query(
    `WITH waiter AS MATERIALIZED (
       SELECT pid, pg_blocking_pids(pid) AS blocked_by FROM pg_stat_activity
       WHERE wait_event_type = 'Lock' AND datname = current_database() AND pid <> pg_backend_pid()),
     involved AS MATERIALIZED (
       SELECT pid, blocked_by FROM waiter WHERE cardinality(blocked_by) > 0
       UNION ALL SELECT DISTINCT blocker, '{}'::int[] FROM waiter, unnest(blocked_by) AS blocker WHERE blocker NOT IN (SELECT pid FROM waiter)),
     held AS MATERIALIZED (
       SELECT l.pid, l.locktype, l.mode, l.granted, c.oid::regclass::text AS relation, array_position(ARRAY['AccessExclusiveLock', 'ExclusiveLock',
              'ShareRowExclusiveLock', 'ShareLock', 'ShareUpdateExclusiveLock', 'RowExclusiveLock', 'RowShareLock', 'AccessShareLock'], l.mode) AS weakness
       FROM pg_locks l JOIN involved USING (pid)
       LEFT JOIN pg_class c ON c.oid = l.relation AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
            AND c.relkind IN ('r', 'p', 'm') AND c.relnamespace <> 'pg_catalog'::regnamespace
       WHERE l.relation IS NULL OR c.oid IS NOT NULL)
     SELECT i.pid, i.blocked_by AS "blockedBy", a.state, a.wait_event_type || ':' || a.wait_event AS wait, left(coalesce(a.query, ''), 1000) AS query,
            a.application_name AS "applicationName", a.backend_type AS "backendType",
            ${instant('a.backend_start')} AS "startedAt", ${instant('a.query_start')} AS "statementStartedAt",
            ${age('a.xact_start')} AS "transactionAgeMs", ${age('a.state_change')} AS "stateAgeMs",
            wanted.locktype || '/' || wanted.mode AS "waitingFor",
            coalesce(wanted.relation, CASE WHEN cardinality(i.blocked_by) > 0 THEN coalesce(tuple.relation, writes.relation) ELSE strongest.relation END) AS relation,
            CASE WHEN cardinality(i.blocked_by) > 0 THEN wanted.mode ELSE strongest.mode END AS "lockMode"
     FROM involved i LEFT JOIN pg_stat_activity a USING (pid)
     LEFT JOIN LATERAL (SELECT * FROM held h WHERE h.pid = i.pid AND NOT h.granted LIMIT 1) wanted ON true
     LEFT JOIN LATERAL (SELECT h.relation FROM held h WHERE h.pid = i.pid AND h.granted AND h.locktype = 'tuple' LIMIT 1) tuple ON true
     LEFT JOIN LATERAL (SELECT min(h.relation) AS relation FROM held h WHERE h.pid = i.pid AND h.granted AND h.locktype = 'relation'
                        AND h.mode IN ('RowExclusiveLock', 'RowShareLock') HAVING count(DISTINCT h.relation) = 1) writes ON true
     LEFT JOIN LATERAL (SELECT h.mode, CASE WHEN count(*) OVER (PARTITION BY h.weakness) = 1 THEN h.relation END AS relation FROM held h
                        WHERE h.pid = i.pid AND h.granted AND h.relation IS NOT NULL AND h.locktype = 'relation' ORDER BY h.weakness LIMIT 1) strongest ON true
     ORDER BY i.pid`,
    lockRow,
  );
  return rows.map(({ blockedBy, query, ...session }) => ({ blockedBy, session: { ...session, query: withoutLiterals(query) } }));
}
