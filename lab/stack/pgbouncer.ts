import { spawn } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../adapters/kernel/free-port.js';
import { expectEnd, trackGroup, watchEnd } from './child-program.js';
import { unprivilegedAccount } from './postgres-binaries.js';

export interface LabPooler {
  port: number;
  stop: () => Promise<void>;
}

/** PgBouncer (https://www.pgbouncer.org/config.html) in transaction mode in front of one database, never as root, which it refuses. */
export async function startPgbouncer(url: URL, connections: number): Promise<LabPooler> {
  // It cannot be told to take any port, and one that was free a moment ago may be taken: three tries.
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOn(await freePort(), url, connections);
    } catch (error) {
      if (attempt === 3) throw error;
    }
  }
}

async function startOn(port: number, url: URL, connections: number): Promise<LabPooler> {
  const account = unprivilegedAccount();
  const folder = mkdtempSync(join(tmpdir(), 'lab-pgbouncer-'));
  const configuration = join(folder, 'pgbouncer.ini');
  writeFileSync(configuration, settingsOf(url, port, connections), { mode: 0o600 });
  if (account !== null) for (const path of [folder, configuration]) chownSync(path, account.uid, account.gid);
  const pooler = spawn('pgbouncer', [configuration], { ...account, detached: true, stdio: 'ignore' });
  trackGroup(pooler);
  const ended = new Promise<void>((resolve, reject) => pooler.once('error', reject).once('exit', () => resolve()));
  await Promise.race([untilListening(port), ended.then(() => Promise.reject(new Error('pgbouncer ended before it listened')))]);
  watchEnd(pooler, 'pgbouncer', () => '');
  return {
    port,
    stop: async () => {
      expectEnd(pooler);
      pooler.kill('SIGINT');
      const impatience = setTimeout(() => pooler.kill('SIGKILL'), 3000);
      await ended;
      clearTimeout(impatience);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Whoever comes is let in (`any`, loopback only) and reaches the database as the role of the URL. */
function settingsOf(url: URL, port: number, connections: number): string {
  const database = url.pathname.slice(1);
  const server = `host=${url.hostname} port=${url.port} dbname=${database} user=${url.username} password=${url.password}`;
  const settings = {
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    auth_type: 'any',
    pool_mode: 'transaction',
    default_pool_size: connections,
    max_client_conn: 200,
    ignore_startup_parameters: 'extra_float_digits',
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  return ['[databases]', `${database} = ${server}`, '[pgbouncer]', ...lines, ''].join('\n');
}

async function untilListening(port: number): Promise<void> {
  const giveUpAt = Date.now() + 15_000;
  while (Date.now() < giveUpAt) {
    const isUp = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => {
        resolve(false);
      });
    });
    if (isUp) return;
    await sleep(100);
  }
  throw new Error('pgbouncer did not listen within 15 s');
}
