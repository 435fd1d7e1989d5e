import { z } from 'zod';
import { judged } from '../../../core/command/checks/check.js';
import { postgresCheck, psql } from './session.js';

/** A lock that is waited for longer than that is no ordinary conflict of two short transactions: deadlock_timeout, after which the server itself looks, is 1 s. */
const waitsS = 1;

/** pg_blocking_pids only for those who wait: it briefly locks the lock manager. Roots are who blocks and is not blocked. */
const statement = `WITH a AS MATERIALIZED (
    SELECT pid, state, xact_start, query_start, state_change, application_name, query,
      CASE WHEN wait_event_type = 'Lock' THEN pg_blocking_pids(pid) ELSE '{}'::int[] END AS blocked_by FROM pg_stat_activity WHERE datname = current_database()),
  e AS (SELECT pid AS waiter, unnest(blocked_by) AS blocker FROM a)
  SELECT e.blocker AS root, coalesce(a.state, 'gone or prepared') AS state, coalesce(a.application_name, '') AS application,
    coalesce(extract(epoch FROM clock_timestamp() - a.xact_start)::int, 0) AS "openS",
    left(regexp_replace(coalesce(a.query, ''), '\\s+', ' ', 'g'), 100) AS query,
    (SELECT count(*)::int FROM a WHERE cardinality(blocked_by) > 0) AS waiters,
    (SELECT coalesce(max(extract(epoch FROM clock_timestamp() - query_start)), 0)::int FROM a WHERE cardinality(blocked_by) > 0) AS "waitS"
  FROM e LEFT JOIN a ON a.pid = e.blocker WHERE NOT EXISTS (SELECT FROM e x WHERE x.waiter = e.blocker)
  GROUP BY 1, 2, 3, 4, 5 ORDER BY count(*) DESC`;
const rowSchema = z.object({
  root: z.number(),
  state: z.string(),
  application: z.string(),
  openS: z.number(),
  query: z.string(),
  waiters: z.number(),
  waitS: z.number(),
});

export const blocking = postgresCheck('postgres.blocking', 'who waits for locks, and who is at the root of it', async (session, url) => {
  const rows = await session.query(statement, rowSchema);
  const [first] = rows;
  const roots = rows.map(
    ({ root, state, application, openS, query }) =>
      `pid ${root} (${[application, state].filter(Boolean).join(', ')}, transaction open for ${openS} s): ${query}`,
  );
  const detail =
    first === undefined
      ? 'nobody waits for a lock'
      : `${first.waiters} wait for locks, for up to ${first.waitS} s; at the root: ${roots.join(' | ')}`;
  const isLong = (first?.waitS ?? 0) >= waitsS;
  const found = judged(
    first?.waiters ?? 0,
    { warn: 1, fail: isLong ? 1 : null },
    {
      detail,
      command: psql(
        url,
        'SELECT pid, pg_blocking_pids(pid), state, query FROM pg_stat_activity WHERE cardinality(pg_blocking_pids(pid)) > 0',
      ),
      remedy: 'End the transaction at the root: in its application, or with remedy terminate-blocker.',
    },
  );
  return found;
});
