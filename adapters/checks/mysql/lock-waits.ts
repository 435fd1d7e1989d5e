import { z } from 'zod';
import { judged } from '../../../core/command/checks/check.js';
import { mysqlCheck, mysqlCli, rowsOf } from './session.js';

const rowSchema = z.object({ waiters: z.coerce.number(), waitS: z.coerce.number(), openS: z.coerce.number() });
/** A row lock that is waited for longer than that is no ordinary conflict of two short transactions. */
const waitsS = 1;

const waiting = `SELECT COUNT(*) AS waiters, COALESCE(MAX(TIMESTAMPDIFF(SECOND, trx_wait_started, NOW())), 0) AS waitS,
  COALESCE((SELECT MAX(TIMESTAMPDIFF(SECOND, t.trx_started, NOW())) FROM information_schema.INNODB_TRX t WHERE t.trx_state = 'RUNNING'), 0) AS openS
  FROM information_schema.INNODB_TRX WHERE trx_state = 'LOCK WAIT'`;
const roots = `SELECT t.trx_mysql_thread_id AS id, TIMESTAMPDIFF(SECOND, t.trx_started, NOW()) AS s, LEFT(COALESCE(t.trx_query, ''), 100) AS query
  FROM information_schema.INNODB_TRX t WHERE t.trx_state = 'RUNNING' AND t.trx_rows_locked > 0 AND t.trx_mysql_thread_id <> CONNECTION_ID() ORDER BY t.trx_started LIMIT 3`;
const rootSchema = z.object({ id: z.coerce.number(), s: z.coerce.number(), query: z.string() });

export const lockWaits = mysqlCheck(
  'mysql.lock-waits',
  'who waits for row locks, and whose transactions hold some',
  async (connection, url) => {
    const [row] = await rowsOf(connection, waiting, rowSchema);
    const { waiters, waitS } = row ?? { waiters: 0, waitS: 0 };
    const holders = waiters === 0 ? [] : await rowsOf(connection, roots, rootSchema);
    const told = holders.map(({ id, s, query }) => `id ${id}, open for ${s} s${query === '' ? ', idle' : `: ${query}`}`).join(' | ');
    const detail =
      waiters === 0
        ? 'nobody waits for a row lock'
        : `${waiters} wait for row locks, for up to ${waitS} s; locks are held by ${told || 'a transaction that cannot be seen'}`;
    return judged(
      waiters,
      { warn: 1, fail: waitS >= waitsS ? 1 : null },
      {
        detail,
        command: mysqlCli(url, 'SELECT * FROM information_schema.INNODB_TRX'),
        remedy: 'End the transaction that has been open longest: in its application, or with KILL and its id.',
      },
    );
  },
);
