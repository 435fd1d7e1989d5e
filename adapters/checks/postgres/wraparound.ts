import { z } from 'zod';
import { judged } from '../../../core/command/checks/check.js';
import { postgresCheck, psql } from './session.js';

/** The server stops writing three million before 2^31 and warns forty million before; autovacuum forces itself at 200 million, so that twice the age of that means it is not keeping up. */
const limits = { warn: 500_000_000, fail: 1_600_000_000 };

const statement = 'SELECT datname, age(datfrozenxid)::int AS age FROM pg_database WHERE datallowconn ORDER BY 2 DESC LIMIT 1';

export const wraparound = postgresCheck('postgres.wraparound', 'age of the oldest transaction id', async (session, url) => {
  const [row] = await session.query(statement, z.object({ datname: z.string(), age: z.number() }));
  const age = row?.age ?? 0;
  return judged(age, limits, {
    detail: `the oldest transaction id is ${Math.round(age / 1e6)} million old (${row?.datname ?? ''}); writing stops at 2144 million (transactions)`,
    command: psql(url, statement),
    remedy:
      'Find what holds vacuum back (long transactions, replication slots, prepared transactions), then VACUUM (FREEZE) the oldest tables.',
  });
});
