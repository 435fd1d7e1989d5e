import { judged } from '../../../core/command/checks/check.js';
import { mysqlCheck, mysqlCli, settingsOf } from './session.js';

const warnShare = 0.8;
const failShare = 0.95;

export const connections = mysqlCheck('mysql.connections', 'connections against what the server allows', async (connection, url) => {
  const status = await settingsOf(connection, 'STATUS', ['Threads_connected', 'Threads_running', 'Connection_errors_max_connections']);
  const limit = Number((await settingsOf(connection, 'VARIABLES', ['max_connections'])).get('max_connections') ?? 0);
  const used = Number(status.get('threads_connected') ?? 0);
  const detail = `${used} of ${limit} connections, ${status.get('threads_running') ?? '?'} of them at work; ${status.get('connection_errors_max_connections') ?? '0'} were refused since it started`;
  return judged(
    used,
    { warn: Math.floor(limit * warnShare), fail: Math.floor(limit * failShare) },
    {
      detail,
      command: mysqlCli(url, 'SHOW PROCESSLIST'),
      remedy: 'End what sleeps in a transaction, and make the pools of the services smaller together than the limit.',
    },
  );
});
