import type { RowDataPacket } from 'mysql2/promise';
import type { Finding } from '../../../core/command/checks/check.js';
import { judged } from '../../../core/command/checks/check.js';
import { mysqlCheck, mysqlCli } from './session.js';

/** As for PostgreSQL. */
const warnS = 30;
const failS = 300;

function text(row: RowDataPacket, ...names: string[]): string | null {
  const value: unknown = names.map((name): unknown => row[name]).find((one) => one !== undefined && one !== null);
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' ? String(value) : null;
}

export const replica = mysqlCheck(
  'mysql.replica',
  'whether it replicates, and how far behind it is',
  async (connection, url): Promise<Finding> => {
    // MariaDB since 10.5 and MySQL since 8.0.22 know both words; older ones only SLAVE.
    const [rows] = await connection
      .query<RowDataPacket[]>('SHOW SLAVE STATUS')
      .catch(async () => await connection.query<RowDataPacket[]>('SHOW REPLICA STATUS'));
    const [row] = rows;
    const command = mysqlCli(url, String.raw`SHOW REPLICA STATUS\G`);
    if (row === undefined) return { verdict: 'ok', value: null, limit: null, detail: 'it is no replica', command, remedy: null };
    const isRunning = [text(row, 'Slave_IO_Running', 'Replica_IO_Running'), text(row, 'Slave_SQL_Running', 'Replica_SQL_Running')].every(
      (state) => state === 'Yes',
    );
    const lag = text(row, 'Seconds_Behind_Master', 'Seconds_Behind_Source');
    const error = text(row, 'Last_SQL_Error', 'Last_IO_Error') ?? '';
    const remedy = 'Read its last error, then its disk and the long statements on it.';
    if (!isRunning || lag === null)
      return {
        verdict: 'fail',
        value: null,
        limit: null,
        detail: `replication stands still${error === '' ? '' : `: ${error}`}`,
        command,
        remedy,
      };
    return judged(Number(lag), { warn: warnS, fail: failS }, { detail: `it is ${lag} s behind`, command, remedy });
  },
);
