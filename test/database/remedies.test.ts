import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { analyzeTable, createIndex, dropCreatedIndex, terminateBackend } from '../../adapters/databases/postgres/postgres.js';
import type { AppliedOnDatabase } from '../../adapters/remedies/postgres-remedies.js';
import { terminateStatement, type SessionIdentity } from '../../core/database/sql/remedy-statement.js';
import { freePort } from '../../adapters/kernel/free-port.js';
import { EvidenceUnavailableError, RefusedError } from '../../core/model/errors.js';
import { unprivilegedAccount } from '../../lab/stack/postgres-binaries.js';
import { startPostgres, type TestPostgres } from '../support/services/postgres.js';
import { until } from '../support/until.js';

let server: TestPostgres;
let client: pg.Client;
const statement = 'CREATE INDEX CONCURRENTLY "trips_driver_responder_idx" ON "public"."trips" ("driver")';

beforeAll(async () => {
  server = await startPostgres();
  client = await server.connect();
  await client.query('CREATE TABLE trips (id int PRIMARY KEY, driver int NOT NULL, label text)');
  await client.query("INSERT INTO trips SELECT i, i % 500, 'trip ' || i FROM generate_series(1, 20000) i");
}, 60_000);

afterAll(async () => {
  await server.stop();
});

beforeEach(async () => {
  await client.query('DROP INDEX IF EXISTS trips_driver_responder_idx');
});

const order = (text: string): { url: string; statement: string; tag: string; signal: AbortSignal } => ({
  url: server.url,
  statement: text,
  tag: 'incident-1',
  signal: new AbortController().signal,
});

async function validity(): Promise<boolean | null> {
  const { rows } = await client.query<{ indisvalid: boolean }>(
    "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('trips_driver_responder_idx')",
  );
  return rows[0]?.indisvalid ?? null;
}

describe('creating an index', () => {
  it('builds it, and a second time finds it there', async () => {
    expect(await createIndex(order(statement))).toMatchObject({
      applied: true,
      detail: expect.stringContaining('built the index') as string,
    });
    expect(await validity()).toBe(true);
    expect(await createIndex(order(statement))).toMatchObject({
      applied: true,
      detail: expect.stringContaining('exists already') as string,
    });
  });

  it('replaces the invalid remains of an interrupted build instead of calling them a success', async () => {
    const reader = await server.connect('reader');
    await reader.query('BEGIN');
    await reader.query('UPDATE trips SET driver = driver WHERE id = 1');
    await client.query("SET lock_timeout = '200ms'");
    await expect(client.query(statement)).rejects.toThrow(/lock timeout/);
    await client.query('RESET lock_timeout');
    await reader.query('COMMIT');
    expect(await validity()).toBe(false);
    expect(await createIndex(order(statement))).toMatchObject({
      applied: true,
      detail: expect.stringContaining('built the index') as string,
    });
    expect(await validity()).toBe(true);
  });

  /** A transaction that began to write before the build: it waits for its end. */
  async function oldWriter(): Promise<pg.Client> {
    const writer = await server.connect('old-writer');
    await writer.query('BEGIN');
    await writer.query('UPDATE trips SET driver = driver WHERE id = 1');
    return writer;
  }

  it('waits for transactions older than itself, and says for whom, however long that is within its limits', async () => {
    const writer = await oldWriter();
    const said: string[] = [];
    const building = createIndex({ ...order(statement), onProgress: (text) => said.push(text) });
    await expect.poll(() => said.join(' '), { timeout: 60_000 }).toMatch(/waits for session \d+ \(old-writer\)/);
    // Longer than the five seconds after which a lock_timeout ended it.
    await new Promise((resolve) => setTimeout(resolve, 5_500));
    await writer.query('COMMIT');
    expect(await building).toMatchObject({ applied: true });
    expect(await validity()).toBe(true);
  }, 60_000);

  it('gives up on a transaction that does not end, names it, and leaves no remains of its own making behind it', async () => {
    const writer = await oldWriter();
    const limits = { deadlineMs: 60_000, waitMs: 1_000 };
    const answer = await createIndex({ ...order(statement), limits });
    expect(answer).toMatchObject({ applied: false, detail: expect.stringMatching(/old-writer.*kept its transaction open/) as string });
    await writer.query('COMMIT');
    expect(await createIndex(order(statement))).toMatchObject({ applied: true });
  }, 60_000);

  it('ends at the server when it is cancelled, and takes its remains with it', async () => {
    const writer = await oldWriter();
    const controller = new AbortController();
    const said: string[] = [];
    const building = createIndex({ ...order(statement), signal: controller.signal, onProgress: (text) => said.push(text) });
    await expect.poll(() => said.join(' '), { timeout: 60_000 }).toMatch(/waits for session/);
    controller.abort(new Error('cancelled'));
    const ended = expect(building).rejects.toThrow('cancelled');
    const atWork =
      "SELECT 1 FROM pg_stat_activity WHERE query ILIKE 'CREATE%INDEX CONCURRENTLY%' AND state = 'active' AND pid <> pg_backend_pid()";
    await expect.poll(async () => (await client.query(atWork)).rowCount, { timeout: 60_000 }).toBe(0);
    await writer.query('COMMIT');
    await ended;
    expect(await validity()).toBeNull();
  }, 60_000);

  it('is tried again later when the server is away or starting, and not when it can never work', async () => {
    const port = await freePort();
    const elsewhere = (url: string) => createIndex({ ...order(statement), url });
    // A try that finds the server away must not be the last: one before it may have left half an index.
    await expect(elsewhere(`postgres://a:b@127.0.0.1:${port}/postgres`)).rejects.toMatchObject({
      ...{ name: 'ProgramFailedError', retryable: true, retryAfterMs: 60_000 },
      message: expect.stringContaining("the remedy's connection: connect ECONNREFUSED") as string,
    });
    const other = new URL(server.url);
    other.pathname = '/no_such_database';
    await expect(elsewhere(other.href)).rejects.toBeInstanceOf(EvidenceUnavailableError);
  });

  it('is undone by name, also when it was left invalid, and undoing twice is undoing once', async () => {
    await createIndex(order(statement));
    expect(await dropCreatedIndex(order(statement))).toMatchObject({ applied: true, detail: expect.stringContaining('dropped') as string });
    expect(await validity()).toBeNull();
    expect(await dropCreatedIndex(order(statement))).toMatchObject({
      applied: true,
      detail: expect.stringContaining('not there') as string,
    });
  });

  it('does not begin beside a transaction that has been open for a minute, or on a table that takes too long', async () => {
    const answer = await createIndex({ ...order(statement), limits: { deadlineMs: 0.001, waitMs: 1_000 } });
    expect(answer).toMatchObject({ applied: false, detail: expect.stringMatching(/a change to be planned/) as string });
    expect(await validity()).toBeNull();
  });

  it.runIf(process.getuid?.() === 0)(
    'does not begin without twice its size free where it will be',
    async ({ skip }) => {
      const place = await mkdtemp(join(tmpdir(), 'small-disk-'));
      const mounted = await execa('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=777', 'tmpfs', place], { reject: false });
      if (mounted.exitCode !== 0) skip('this machine lets nobody mount');
      const database = new URL(server.url).pathname.slice(1);
      try {
        const account = unprivilegedAccount();
        if (account !== null) await chown(place, account.uid, account.gid);
        await client.query(`CREATE TABLESPACE small_disk LOCATION '${place}'`);
        await client.query(`ALTER DATABASE ${database} SET default_tablespace = small_disk`);
        const answer = await createIndex(order(statement));
        expect(answer).toMatchObject({
          applied: false,
          detail: expect.stringMatching(/has 0\.0 GB free, and twice the index's/) as string,
        });
        expect(await validity()).toBeNull();
      } finally {
        await client.query(`ALTER DATABASE ${database} RESET default_tablespace`);
        await client.query('DROP TABLESPACE IF EXISTS small_disk');
        await execa('umount', [place]);
        await rm(place, { recursive: true });
      }
      expect(await createIndex(order(statement))).toMatchObject({ applied: true });
    },
    30_000,
  );

  it('does nothing on a table that is not there', async () => {
    const answer = await createIndex(order(statement.replace('"trips"', '"journeys"')));
    expect(answer).toMatchObject({ applied: false, detail: expect.stringContaining('does not exist') as string });
  });

  it.each([
    ['another statement', 'DROP TABLE trips'],
    ['two statements', `${statement}; DROP TABLE trips`],
    ['a build that stops writes', 'CREATE INDEX trips_x ON trips (driver)'],
    ['IF NOT EXISTS', 'CREATE INDEX CONCURRENTLY IF NOT EXISTS trips_x ON trips (driver)'],
    ['no SQL', 'create an index please'],
  ])('refuses %s', async (_case, text) => {
    await expect(createIndex(order(text))).rejects.toThrow(RefusedError);
  });
});

describe('renewing statistics', () => {
  it('analyzes the table', async () => {
    expect(await analyzeTable(order('ANALYZE "public"."trips"'))).toMatchObject({ applied: true, detail: 'analyzed public.trips' });
    const { rows } = await client.query("SELECT 1 FROM pg_stats WHERE tablename = 'trips'");
    expect(rows.length).toBeGreaterThan(0);
  });

  it('does not call it done when the server would skip it for want of rights', async () => {
    await client.query("CREATE ROLE guest LOGIN PASSWORD 'guest'");
    const answer = await analyzeTable({ ...order('ANALYZE trips'), url: server.urlFor('guest') });
    await client.query('DROP ROLE guest');
    expect(answer).toMatchObject({ applied: false, detail: expect.stringContaining('may not analyze') as string });
  });

  it.each(['VACUUM trips', 'ANALYZE', 'ANALYZE trips, trips', 'SELECT 1'])('refuses %s', async (text) => {
    await expect(analyzeTable(order(text))).rejects.toThrow(RefusedError);
  });
});

describe('ending a session', () => {
  const terminate = async (identity: SessionIdentity): Promise<AppliedOnDatabase> =>
    await terminateBackend(order(terminateStatement(identity)));

  /** As the lock samples of a window tell it. */
  async function identityOf(of: pg.Client): Promise<SessionIdentity> {
    const utc = (column: string): string => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
    const { rows } = await client.query<SessionIdentity>(
      `SELECT pid, ${utc('backend_start')} AS "startedAt", ${utc('query_start')} AS "statementStartedAt", application_name AS "applicationName"
       FROM pg_stat_activity WHERE application_name = $1`,
      [(await of.query<{ name: string }>("SELECT current_setting('application_name') AS name")).rows[0]?.name],
    );
    return rows[0] ?? expect.fail('no such session');
  }

  async function blocking(name: string): Promise<{ blocker: pg.Client; waiting: Promise<unknown> }> {
    const blocker = await server.connect(name);
    await blocker.query('BEGIN');
    await blocker.query('SELECT * FROM trips WHERE id = 5 FOR UPDATE');
    const waiter = await server.connect('waiter');
    const waiting = waiter.query('UPDATE trips SET driver = 1 WHERE id = 5');
    const locked = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'waiter' AND wait_event_type = 'Lock'";
    await until(async () => (await client.query(locked)).rowCount === 1);
    return { blocker, waiting };
  }

  it('ends the session that was approved, while it blocks others, and no other', async () => {
    const { blocker, waiting } = await blocking("o'forgotten");
    const identity = await identityOf(blocker);
    const others: [Partial<SessionIdentity>, RegExp][] = [
      [{ startedAt: '2020-01-01T00:00:00.000000Z' }, /is another one now/],
      [{ applicationName: 'somebody-else' }, /is another one now/],
      [{ statementStartedAt: '2020-01-01T00:00:00.000000Z' }, /has gone on to another statement/],
    ];
    for (const [change, why] of others)
      expect(await terminate({ ...identity, ...change })).toMatchObject({ applied: false, detail: expect.stringMatching(why) as string });
    await blocker.query('SELECT 1');
    expect(await terminate(identity)).toMatchObject({ applied: false, detail: expect.stringMatching(/another statement/) as string });
    const now = await identityOf(blocker);
    expect(await terminate(now)).toMatchObject({ applied: true, detail: expect.stringContaining('blocked 1') as string });
    await waiting;
    expect(await terminate(now)).toMatchObject({ applied: true, detail: `session ${now.pid} is gone already` });
  });

  it('leaves a session alone that blocks nobody', async () => {
    const idle = await server.connect('harmless');
    expect(await terminate(await identityOf(idle))).toMatchObject({
      applied: false,
      detail: expect.stringMatching(/blocks nobody/) as string,
    });
  });

  it.each([
    'SELECT pg_terminate_backend(1)',
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity',
    'SELECT pg_cancel_backend(1)',
    'SELECT pg_terminate_backend(1); DROP TABLE trips',
    `${terminateStatement({ pid: 1, startedAt: '2020-01-01T00:00:00.000000Z', statementStartedAt: '2020-01-01T00:00:00.000000Z', applicationName: 'a' })} OR true`,
  ])('refuses %s', async (text) => {
    await expect(terminateBackend(order(text))).rejects.toThrow(RefusedError);
  });
});
