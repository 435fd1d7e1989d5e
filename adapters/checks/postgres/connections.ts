import { z } from 'zod';
import { judged } from '../../../core/command/checks/check.js';
import { postgresCheck, psql } from './session.js';

/** A pool that grows by its usual fifth still fits below 0.8; at 0.95 the next deployment is refused. */
const warnShare = 0.8;
const failShare = 0.95;

const statement = `SELECT coalesce(state, 'none') AS state, count(*)::int AS n FROM pg_stat_activity WHERE backend_type = 'client backend' GROUP BY 1 ORDER BY 2 DESC`;
const limitStatement =
  "SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int - coalesce(current_setting('reserved_connections', true)::int, 0) AS usable";

export const connections = postgresCheck(
  'postgres.connections',
  'connections by state against what the server allows',
  async (session, url) => {
    const rows = await session.query(statement, z.object({ state: z.string(), n: z.number() }));
    const [limit] = await session.query(limitStatement, z.object({ usable: z.number() }));
    const usable = limit?.usable ?? 0;
    const used = rows.reduce((sum, { n }) => sum + n, 0);
    const states = rows.map(({ state, n }) => `${n} ${state}`).join(', ');
    return judged(
      used,
      { warn: Math.floor(usable * warnShare), fail: Math.floor(usable * failShare) },
      {
        detail: `${used} of ${usable} usable connections: ${states}`,
        command: psql(url, statement),
        remedy:
          'End what is idle in a transaction (runbook relieve-connections), and make the pools of the services smaller together than the limit.',
      },
    );
  },
);
