import { z } from 'zod';
import { judged } from '../../../core/command/checks/check.js';
import { postgresCheck, psql } from './session.js';

/** No request waits for so long; what runs longer holds its snapshot against vacuum. The seed's own limit. */
const longS = 30;

const statement = `SELECT pid, extract(epoch FROM clock_timestamp() - query_start)::int AS s, left(regexp_replace(query, '\\s+', ' ', 'g'), 120) AS query
  FROM pg_stat_activity WHERE backend_type = 'client backend' AND state = 'active' AND pid <> pg_backend_pid() AND query_start < clock_timestamp() - interval '${longS} s' ORDER BY query_start`;
const transactions = `SELECT coalesce(max(extract(epoch FROM clock_timestamp() - xact_start))::int, 0) AS s FROM pg_stat_activity
  WHERE backend_type = 'client backend' AND state LIKE 'idle in transaction%'`;

export const longStatements = postgresCheck(
  'postgres.long-statements',
  'statements that run for more than 30 s, transactions left open',
  async (session, url) => {
    const rows = await session.query(statement, z.object({ pid: z.number(), s: z.number(), query: z.string() }));
    const [open] = await session.query(transactions, z.object({ s: z.number() }));
    const first = rows[0];
    const longest = Math.max(first?.s ?? 0, open?.s ?? 0);
    const running =
      first === undefined
        ? `no statement runs for more than ${longS} s`
        : `${rows.length} run for more than ${longS} s, the longest ${first.s} s (pid ${first.pid}): ${first.query}`;
    const idle = (open?.s ?? 0) < longS ? '' : `; a transaction stands open and idle for ${open?.s ?? 0} s`;
    return judged(
      longest,
      { warn: longS, fail: null },
      {
        detail: `${running}${idle} (seconds)`,
        command: psql(url, statement),
        remedy: 'See what it is, then cancel it (runbook terminate-long-query); never a migration or a backup without asking.',
      },
    );
  },
);
