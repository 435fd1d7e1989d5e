import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection, type Connection } from 'mysql2/promise';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runChecks } from '../../../adapters/checks/run-checks.js';
import { freePort } from '../../../adapters/kernel/free-port.js';
import type { CheckArea, CheckRow } from '../../../core/command/checks/check.js';
import { unprivilegedAccount } from '../../../lab/stack/postgres-binaries.js';
import { catalogOf, never } from '../../support/check-catalog.js';
import { startPostgres, type TestPostgres } from '../../support/services/postgres.js';
import { until } from '../../support/until.js';

async function look(area: CheckArea, kind: string, url: string): Promise<Map<string, CheckRow>> {
  process.env['CHECKED_DATABASE'] = url;
  const catalog = catalogOf({ shop: `databases: { main: { kind: ${kind}, connection: { env: CHECKED_DATABASE } } }` });
  const rows = await runChecks({ catalog, services: ['shop'], areas: [area], signal: never });
  return new Map(rows.map((row) => [row.id, row]));
}

const verdicts = (rows: Map<string, CheckRow>): Record<string, string> =>
  Object.fromEntries([...rows].map(([id, { verdict }]) => [id, verdict]));

function end(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null) return Promise.resolve();
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGKILL');
  return ended;
}

describe('PostgreSQL', () => {
  let server: TestPostgres;
  beforeAll(async () => {
    server = await startPostgres(['max_connections=20']);
  });
  afterAll(async () => {
    await server.stop();
  });

  it('is ok when it is quiet', async () => {
    const rows = await look('postgres', 'postgres', server.url);
    expect(verdicts(rows)).toMatchObject({
      'postgres.reachable': 'ok',
      'postgres.connections': 'ok',
      'postgres.long-statements': 'ok',
      'postgres.blocking': 'ok',
      'postgres.replication': 'ok',
      'postgres.wraparound': 'ok',
    });
    expect(rows.get('postgres.connections')?.detail).toMatch(/^\d+ of 17 usable connections/);
  });

  it('names who is at the root of a chain of row locks, which pg_locks by relation never shows', async () => {
    const [root, first, second] = await Promise.all([server.connect('migration'), server.connect('app'), server.connect('app')]);
    await root.query('CREATE TABLE stock (id int PRIMARY KEY, n int); INSERT INTO stock VALUES (1, 1)');
    await root.query('BEGIN; UPDATE stock SET n = 2 WHERE id = 1');
    const waiting = [first, second].map((client) => client.query('UPDATE stock SET n = 3 WHERE id = 1'));
    const longSince =
      "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = 'app' AND query_start < clock_timestamp() - interval '1 s'";
    // Not over the connection of the root: a transaction sees the sessions as they were when it first looked.
    const watching = await server.connect('watch');
    await until(async () => (await watching.query(longSince)).rowCount === 2);
    const row = (await look('postgres', 'postgres', server.url)).get('postgres.blocking');
    await root.query('COMMIT');
    await Promise.all(waiting);
    expect(row).toMatchObject({ verdict: 'fail', value: 2 });
    expect(row?.detail).toMatch(/at the root: pid \d+ \(migration, idle in transaction/);
  });

  it('warns and fails as the connections run out, and is unknown where it is not let in', async () => {
    const clients = await Promise.all(Array.from({ length: 14 }, async () => await server.connect('pool')));
    const rows = await look('postgres', 'postgres', server.url);
    expect(rows.get('postgres.connections')?.verdict).toMatch(/^(warn|fail)$/);
    await Promise.all(clients.map((client) => client.end()));
    const refused = await look('postgres', 'postgres', server.urlFor('nobody_of_that_name'));
    expect(new Set(Object.values(verdicts(refused)))).toEqual(new Set(['unknown']));
  });

  it('fails when nothing listens, and what then cannot be seen is unknown', async () => {
    const rows = await look('postgres', 'postgres', `postgres://u:p@127.0.0.1:${await freePort()}/d`);
    expect(rows.get('postgres.reachable')).toMatchObject({ verdict: 'fail', detail: expect.stringContaining('ECONNREFUSED') as unknown });
    expect(rows.get('postgres.blocking')).toMatchObject({
      verdict: 'unknown',
      remedy: expect.stringContaining('postgres.reachable') as unknown,
    });
  });
});

describe('Redis', () => {
  let server: ChildProcess | undefined;
  let port = 0;
  let client: Redis;
  beforeAll(async () => {
    port = await freePort();
    const settings = [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--maxmemory',
      '0',
      '--requirepass',
      'right',
      '--slowlog-log-slower-than',
      '0',
    ];
    server = spawn('redis-server', settings, { stdio: 'ignore' });
    client = new Redis(`redis://:right@127.0.0.1:${port}`, { retryStrategy: () => 50 });
    client.on('error', () => undefined);
    await until(async () => (await client.ping().catch(() => '')) === 'PONG');
  });
  afterAll(async () => {
    client.disconnect();
    await end(server);
  });

  it('tells memory against maxmemory, what refuses writes, and the ratio of a window with traffic', async () => {
    // Grown on the server: the buffer of a request of four megabytes would be memory, too, and go away at some time.
    await client.setrange('big', 3_999_999, 'x');
    await client.set('small', 'x');
    const used = Number(/used_memory:(\d+)/.exec(await client.info('memory'))?.[1]);
    await client.config('SET', 'maxmemory', String(Math.ceil(used / 0.9)));
    // One command: no look comes between its hit and its misses.
    const traffic = setInterval(() => void client.mget('small', 'no', 'none', 'nothing').catch(() => undefined), 50);
    const rows = await look('redis', 'redis', `redis://:right@127.0.0.1:${port}`);
    clearInterval(traffic);
    expect(verdicts(rows)).toMatchObject({
      'redis.ping': 'ok',
      'redis.clients': 'ok',
      'redis.persistence': 'ok',
      'redis.keyspace': 'ok',
      'redis.hit-ratio': 'warn',
    });
    expect(rows.get('redis.memory')?.verdict).toMatch(/^(warn|fail)$/);
    expect(rows.get('redis.memory')?.detail).toContain('noeviction');
    expect(rows.get('redis.keyspace')).toMatchObject({ value: 2 });
    expect(Number(rows.get('redis.hit-ratio')?.value)).toBeCloseTo(0.25, 1);
    expect(rows.get('redis.slowlog')?.detail).toContain('slow commands within 15 min');
  });

  it('is unknown with a wrong password, and fails when nothing listens', async () => {
    const wrong = await look('redis', 'redis', `redis://:wrong@127.0.0.1:${port}`);
    expect(new Set(Object.values(verdicts(wrong)))).toEqual(new Set(['unknown']));
    const dead = await look('redis', 'redis', `redis://127.0.0.1:${await freePort()}`);
    expect(dead.get('redis.ping')).toMatchObject({ verdict: 'fail' });
    expect(dead.get('redis.memory')).toMatchObject({ verdict: 'unknown' });
  });
});

describe('MariaDB', () => {
  let server: ChildProcess | undefined;
  let admin: Connection;
  let url = '';
  const folder = mkdtempSync(join(tmpdir(), 'check-mariadb-'));
  beforeAll(async () => {
    const account = unprivilegedAccount();
    const user = account === null ? [] : ['--user=nobody'];
    if (account !== null) chownSync(folder, 65_534, 65_534);
    const data = `--datadir=${folder}/data`;
    execFileSync('mariadb-install-db', ['--no-defaults', ...user, data, '--auth-root-authentication-method=normal', '--skip-test-db'], {
      stdio: 'ignore',
    });
    const port = await freePort();
    const settings = [
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      `--socket=${folder}/s`,
      '--skip-grant-tables=0',
      '--skip-log-bin',
      '--max-connections=10',
      '--innodb-buffer-pool-size=16M',
    ];
    server = spawn('mariadbd', ['--no-defaults', ...user, data, ...settings], { stdio: 'ignore' });
    url = `mysql://root@127.0.0.1:${port}/mysql`;
    await until(async () => {
      const opened = await createConnection(url).catch(() => null);
      if (opened !== null) admin = opened;
      return opened !== null;
    });
  });
  afterAll(async () => {
    await admin.end().catch(() => undefined);
    await end(server);
    rmSync(folder, { recursive: true, force: true });
  });

  it('is ok when it is quiet', async () => {
    const rows = await look('mysql', 'mysql', url);
    expect(verdicts(rows)).toEqual({
      'mysql.reachable': 'ok',
      'mysql.connections': 'ok',
      'mysql.long-statements': 'ok',
      'mysql.lock-waits': 'ok',
      'mysql.replica': 'ok',
    });
    expect(rows.get('mysql.reachable')?.detail).toContain('MariaDB');
  });

  it('shows who waits for a row lock and whose transaction holds it, and the connections run out', async () => {
    const [holder, waiter] = [await createConnection(url), await createConnection(url)];
    await admin.query('CREATE DATABASE IF NOT EXISTS shop');
    await admin.query('CREATE TABLE shop.stock (id int PRIMARY KEY, n int) ENGINE=InnoDB');
    await admin.query('INSERT INTO shop.stock VALUES (1, 1)');
    await holder.query('BEGIN');
    await holder.query('UPDATE shop.stock SET n = 2 WHERE id = 1');
    const waiting = waiter.query('UPDATE shop.stock SET n = 3 WHERE id = 1');
    const more = await Promise.all(Array.from({ length: 4 }, async () => await createConnection(url)));
    const longSince = "SELECT 1 FROM information_schema.PROCESSLIST WHERE INFO LIKE 'UPDATE shop.stock%' AND TIME >= 2";
    await until(async () => ((await admin.query(longSince))[0] as unknown[]).length === 1);
    const rows = await look('mysql', 'mysql', url);
    await holder.query('COMMIT');
    await waiting;
    await Promise.all([holder, waiter, ...more].map((connection) => connection.end()));
    expect(rows.get('mysql.lock-waits')).toMatchObject({
      verdict: 'fail',
      value: 1,
      detail: expect.stringMatching(/held by id \d+, open for \d+ s, idle/) as unknown,
    });
    expect(rows.get('mysql.connections')?.verdict).toMatch(/^(warn|fail)$/);
  });

  it('is unknown where it is not let in', async () => {
    const rows = await look('mysql', 'mysql', url.replace('root@', 'nobody:wrong@'));
    expect(new Set(Object.values(verdicts(rows)))).toEqual(new Set(['unknown']));
    expect(JSON.stringify([...rows.values()])).not.toContain('wrong@');
  });
});
