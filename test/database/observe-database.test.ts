import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { observeDatabase } from '../../adapters/databases/postgres/postgres.js';
import type { DatabaseObservation } from '../../core/model/database.js';
import { startPostgres, type TestPostgres } from '../support/services/postgres.js';
import { until } from '../support/until.js';

let server: TestPostgres;
const signal = new AbortController().signal;

beforeAll(async () => {
  // Few slots, so that a test can fill them.
  server = await startPostgres(['max_connections=20']);
  const client = await server.connect();
  await client.query('CREATE TABLE seats (id int PRIMARY KEY, taken boolean NOT NULL)');
  await client.query('INSERT INTO seats SELECT i, false FROM generate_series(1, 100) i');
}, 60_000);

afterAll(async () => {
  await server.stop();
});

interface Watch {
  url?: string;
  durationMs?: number;
  ports?: ReadonlySet<number>;
  names?: string[];
}

async function watch({ url = server.url, durationMs = 1500, ports = new Set(), names = [] }: Watch = {}): Promise<DatabaseObservation> {
  return await observeDatabase({
    name: 'main',
    url,
    durationMs,
    delayMs: 0,
    servicePorts: () => Promise.resolve(ports),
    serviceNames: names,
    signal,
  });
}

/** A query that will have to wait; it ends with the test's blocker. */
async function waiting(statement: string, applicationName: string): Promise<Promise<unknown>> {
  const client = await server.connect(applicationName);
  return client.query(statement).catch(() => undefined);
}

async function untilSeen(condition: string): Promise<void> {
  const client = await server.connect('until');
  await until(async () => ((await client.query(`SELECT 1 FROM pg_stat_activity WHERE ${condition}`)).rowCount ?? 0) > 0);
}

describe('what the database sees in a window', () => {
  it('shows who blocks whom, on which table, and that the root sits idle in its transaction', async () => {
    const root = await server.connect('stock-taking');
    await root.query('BEGIN');
    await root.query('UPDATE seats SET taken = true WHERE id = 7');
    const first = waiting('UPDATE seats SET taken = false WHERE id = 7', 'checkout');
    await untilSeen("application_name = 'checkout' AND wait_event_type = 'Lock'");
    const second = waiting('DELETE FROM seats WHERE id = 7', 'cleanup');
    await untilSeen("application_name = 'cleanup' AND wait_event_type = 'Lock'");
    const observed = await watch();
    await root.query('COMMIT');
    await Promise.all([await first, await second]);

    const [tree, ...others] = observed.blocking;
    expect(others).toEqual([]);
    expect(tree?.root).toMatchObject({
      level: 0,
      applicationName: 'stock-taking',
      state: 'idle in transaction',
      query: 'UPDATE seats SET taken = true WHERE id = $1',
    });
    expect(tree?.root.transactionAgeMs).toBeGreaterThan(500);
    expect(tree).toMatchObject({ blockedMax: 2, rootIdleShare: 1 });
    expect(tree?.waiters.map((waiter) => [waiter.level, waiter.applicationName, waiter.relation])).toEqual([
      [1, 'checkout', 'seats'],
      [2, 'cleanup', 'seats'],
    ]);
    expect(tree?.blockedMean).toBeGreaterThan(1.5);
    expect(observed.activity?.byWaitClass).toContainEqual(expect.objectContaining({ waitClass: 'Lock', waitEvent: 'transactionid' }));
    expect(observed.activity?.idleInTransactionMaxMs).toBeGreaterThan(500);
  });

  it('shows a definition that queues behind a reader, and the readers behind it', async () => {
    const root = await server.connect('report');
    await root.query('BEGIN');
    await root.query('SELECT count(*) FROM seats');
    const migration = waiting('ALTER TABLE seats ADD COLUMN note text', 'migration');
    await untilSeen("application_name = 'migration' AND wait_event_type = 'Lock'");
    const reader = waiting('SELECT * FROM seats WHERE id = 1', 'page');
    await untilSeen("application_name = 'page' AND wait_event_type = 'Lock'");
    const observed = await watch();
    await root.query('COMMIT');
    await Promise.all([await migration, await reader]);

    const [tree] = observed.blocking;
    expect(tree?.root).toMatchObject({ applicationName: 'report', lockMode: 'AccessShareLock', relation: 'seats' });
    expect(tree?.waiters).toEqual([
      expect.objectContaining({
        level: 1,
        applicationName: 'migration',
        relation: 'seats',
        waitingFor: 'relation/AccessExclusiveLock',
        lockMode: 'AccessExclusiveLock',
      }),
      expect.objectContaining({ level: 2, applicationName: 'page', relation: 'seats', waitingFor: 'relation/AccessShareLock' }),
    ]);
  });

  it('tells the sessions of the service by their ports, and counts its connections', async () => {
    const own = new pg.Client({ connectionString: server.url, application_name: '' });
    await own.connect();
    const { rows } = await own.query<{ port: number }>('SELECT inet_client_port() AS port');
    const stranger = await server.connect('stranger');
    // As long as the window, however long that is.
    const [sleeping, busy] = [stranger, own].map((client) => client.query('SELECT pg_sleep(600)').catch(() => undefined));
    const observed = await watch({ ports: new Set(rows.map((row) => row.port)) });
    const operator = await server.connect('operator');
    await operator.query("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(600)'");
    await Promise.all([sleeping, busy]);
    await own.end();
    expect(observed.activity?.service).toMatchObject({ sessions: 1, maxSessions: 1 });
    expect(observed.activity?.activeSessions).toBeLessThanOrEqual(1);
    expect(observed.activity?.activeSessions).toBeGreaterThan(0.5);
    expect(observed.connections).toMatchObject({ serviceStart: 1, serviceEnd: 1 });
    expect(observed.connections?.usedMax).toBeGreaterThanOrEqual(3);
    expect(observed.peer).toBe(`127.0.0.1:${new URL(server.url).port}`);
  });

  it('says what is missing when pg_stat_statements is not there, and observes the rest', async () => {
    const client = await server.connect();
    await client.query('DROP EXTENSION pg_stat_statements');
    const observed = await watch({ durationMs: 500 });
    await client.query('CREATE EXTENSION pg_stat_statements');
    expect(observed).toMatchObject({ statements: null, totalExecMs: null });
    expect(observed.activity?.ticks).toBeGreaterThan(0);
    expect(observed.missing).toEqual([
      expect.objectContaining({
        id: 'pg_stat_statements',
        remedy: expect.stringContaining('CREATE EXTENSION pg_stat_statements') as string,
      }),
    ]);
  });

  it('says which right is missing when sessions of others are hidden', async () => {
    const client = await server.connect();
    await client.query("CREATE ROLE outsider LOGIN PASSWORD 'outsider'");
    const observed = await watch({ url: server.urlFor('outsider'), durationMs: 500 });
    await client.query('DROP ROLE outsider');
    expect(observed.missing).toEqual([expect.objectContaining({ id: 'database-rights', remedy: 'GRANT pg_monitor TO "outsider"' })]);
    expect(observed.connections?.usedMax).toBeGreaterThan(0);
  });

  it.each([
    ['a closed port', 'postgres://app:s3cret%21x@127.0.0.1:1/main'],
    ['no URL at all', 's3cret!x'],
  ])('is missing evidence, without the password, for %s', async (_case, url) => {
    const observed = await watch({ url, durationMs: 100 });
    expect(observed).toMatchObject({ activity: null, missing: [{ id: 'database-connection' }] });
    expect(JSON.stringify(observed)).not.toMatch(/s3cret/);
  });

  it('is missing evidence for a wrong password, without showing it', async () => {
    const url = new URL(server.url);
    url.username = 'nobody-of-that-name';
    url.password = 'wr0ng-and-secret';
    const observed = await watch({ url: url.href, durationMs: 100 });
    expect(observed.missing[0]?.remedy).toMatch(/user and password|psql/);
    expect(JSON.stringify(observed)).not.toContain('wr0ng-and-secret');
  });

  it('ends at once when it is cancelled', async () => {
    const stop = new AbortController();
    const watched = observeDatabase({
      name: 'main',
      url: server.url,
      durationMs: 60_000,
      delayMs: 0,
      servicePorts: () => Promise.resolve(new Set()),
      signal: stop.signal,
    });
    setTimeout(() => stop.abort(new Error('enough')), 300);
    await expect(watched).rejects.toThrow(/enough|abort/i);
  });
});

/** A way to the server on which one can see that its first visitor has gone again. */
async function openDoor(serverPort: number): Promise<{ port: number; firstLeft: Promise<unknown>; close: () => void }> {
  const door = createServer((visitor) => {
    const inside = connect(serverPort, '127.0.0.1');
    visitor.pipe(inside).pipe(visitor);
    for (const socket of [visitor, inside]) socket.on('error', () => undefined);
    // A pipe whose other end has closed reads no more, not even that the visitor goes.
    inside.on('close', () => visitor.resume());
  }).listen(0, '127.0.0.1');
  await once(door, 'listening');
  const firstLeft = once(door, 'connection').then(([visitor]: Socket[]) => visitor && once(visitor, 'close'));
  return { port: (door.address() as AddressInfo).port, firstLeft, close: () => door.close() };
}

describe('a server without free connection slots', () => {
  it('is evidence in the words of the server, and observed as soon as a slot is free', async () => {
    const client = await server.connect();
    await client.query("CREATE ROLE many LOGIN PASSWORD 'many'");
    await client.query('GRANT pg_monitor TO many');
    await client.query('ALTER ROLE many CONNECTION LIMIT -1');
    const many: pg.Client[] = [];
    for (;;) {
      const one = new pg.Client({ connectionString: server.urlFor('many') });
      one.on('error', () => undefined);
      try {
        await one.connect();
      } catch {
        break;
      }
      many.push(one);
    }
    const url = new URL(server.urlFor('many'));
    const door = await openDoor(Number(url.port));
    url.port = String(door.port);
    const freed = door.firstLeft.then(async () => {
      await Promise.all(many.map(async (one) => await one.end()));
    });
    const observed = await watch({ url: url.href, durationMs: 5_000 });
    await freed;
    door.close();
    await client.query('DROP ROLE many');
    expect(observed.slotsExhausted).toMatch(/too many clients|remaining connection slots/);
    expect(observed.activity?.ticks).toBeGreaterThan(0);
    expect(observed.missing).toEqual([]);
  });
});
