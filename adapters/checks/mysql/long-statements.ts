import { z } from 'zod';
import { judged } from '../../../core/command/checks/check.js';
import { mysqlCheck, mysqlCli, rowsOf } from './session.js';

/** No request waits for so long. The seed's own limit. */
const longS = 30;

const statement = `SELECT ID AS id, TIME AS s, LEFT(REPLACE(COALESCE(INFO, ''), '\\n', ' '), 120) AS query FROM information_schema.PROCESSLIST
  WHERE COMMAND IN ('Query', 'Execute') AND ID <> CONNECTION_ID() AND TIME >= ${longS} AND USER NOT IN ('system user', 'event_scheduler') ORDER BY TIME DESC`;

export const longStatements = mysqlCheck('mysql.long-statements', 'statements that run for more than 30 s', async (connection, url) => {
  const rows = await rowsOf(connection, statement, z.object({ id: z.coerce.number(), s: z.coerce.number(), query: z.string() }));
  const [first] = rows;
  const detail =
    first === undefined
      ? `no statement runs for more than ${longS} s`
      : `${rows.length} run for more than ${longS} s, the longest ${first.s} s (id ${first.id}): ${first.query}`;
  return judged(
    first?.s ?? 0,
    { warn: longS, fail: null },
    {
      detail: `${detail} (seconds)`,
      command: mysqlCli(url, 'SHOW FULL PROCESSLIST'),
      remedy: 'See what it is, then KILL QUERY its id; never a migration or a backup without asking.',
    },
  );
});
