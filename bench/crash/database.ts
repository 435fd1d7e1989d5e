/** The database of the crash matrix: it is killed with all its backends and started again on the same data, at the same port. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { runnableHome, unprivilegedAccount } from '../../lab/stack/postgres-binaries.js';
import { startLabPostgres } from '../../lab/stack/postgres.js';
import { childrenOf } from './kill.js';

const rows = 200_000;

export interface CrashDatabase {
  url: string;
  kill: () => Promise<boolean>;
  start: () => Promise<void>;
  /** An index build waits until this transaction has ended. */
  holdTransaction: (forMs: number) => Promise<void>;
  /** What a remedy left: indexes that are not valid count as half applied. */
  indexes: () => Promise<{ valid: number; invalid: number }>;
  release: () => Promise<void>;
}

async function query<T extends pg.QueryResultRow>(url: string, text: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<T>(text)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function untilReady(url: string): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    const isReady = await query(url, 'SELECT 1').then(
      () => true,
      () => false,
    );
    if (isReady) return;
    await delay(100);
  }
  throw new Error('the database did not come back within 30 s');
}

export async function startCrashDatabase(): Promise<CrashDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'crash-data-'));
  const account = unprivilegedAccount();
  if (account !== null) chownSync(folder, account.uid, account.gid);
  const home = runnableHome(account, folder);
  const first = await startLabPostgres({ dataDir: join(folder, 'data') });
  const url = first.url('postgres');
  await query(url, 'CREATE EXTENSION pg_stat_statements');
  await query(url, 'CREATE TABLE trips (id int PRIMARY KEY, driver int NOT NULL, label text)');
  await query(url, `INSERT INTO trips SELECT i, i % 5000, 'trip ' || i FROM generate_series(1, ${rows}) i`);
  await query(url, 'VACUUM ANALYZE trips');
  const running: { pid: number; again: ChildProcess | null } = { pid: first.pid, again: null };
  const settings = readFileSync(join(folder, 'data', 'postmaster.opts'), 'utf8');
  const options = [...settings.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text]) => text ?? '');
  return {
    url,
    kill: async () => {
      // Each backend leads a session of its own, and outlives its postmaster for a moment.
      const all = [running.pid, ...(await childrenOf(running.pid))];
      for (const pid of all) killQuietly(pid);
      return true;
    },
    start: async () => {
      const again = spawn(join(home, 'bin', 'postgres'), options, { ...account, stdio: 'ignore', detached: true });
      Object.assign(running, { pid: again.pid, again });
      await untilReady(url);
    },
    holdTransaction: async (forMs) => {
      const client = new pg.Client({ connectionString: url, application_name: 'old-writer' });
      client.on('error', () => undefined);
      await client.connect();
      await client.query('BEGIN');
      await client.query('UPDATE trips SET label = label WHERE id = 1');
      void delay(forMs).then(() => client.end().catch(() => undefined));
    },
    indexes: async () => {
      const found = await query<{ valid: boolean }>(
        url,
        "SELECT indisvalid AND indisready AS valid FROM pg_index WHERE indrelid = 'trips'::regclass AND NOT indisprimary",
      );
      return { valid: found.filter(({ valid }) => valid).length, invalid: found.filter(({ valid }) => !valid).length };
    },
    release: async () => {
      if (running.again === null) await first.stop();
      else {
        const gone = once(running.again, 'exit');
        running.again.kill('SIGINT');
        await gone;
      }
      await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 250 });
    },
  };
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}
