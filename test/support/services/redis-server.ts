import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connectRedis } from '../../../adapters/runbook-steps/redis-protocol.js';
import { freePort } from '../../../adapters/kernel/free-port.js';
import { until } from '../until.js';

/** A real Redis that keeps nothing. */
export async function startRedis(password: string) {
  const port = await freePort();
  const child = spawn(
    'redis-server',
    ['--port', String(port), '--save', '', '--appendonly', 'no', '--bind', '127.0.0.1', '--requirepass', password],
    {
      stdio: 'ignore',
      cwd: '/tmp',
    },
  );
  const url = `redis://:${password}@127.0.0.1:${port}/0`;
  await until(() =>
    connectRedis(url, new AbortController().signal).then(
      (connection) => (connection.close(), true),
      () => false,
    ),
  );
  const connection = await connectRedis(url, new AbortController().signal);
  return {
    ...{ url, send: connection.send },
    stop: async () => {
      connection.close();
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}
