/** A real streaming replica that has stopped replaying: no index is built while it is behind. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../adapters/kernel/free-port.js';
import { createIndex } from '../../adapters/databases/postgres/postgres.js';
import { until } from '../support/until.js';
import { unprivilegedAccount } from '../../lab/stack/postgres-binaries.js';

/** Debian's server: the one of the lab comes without pg_basebackup. */
const programs = '/usr/lib/postgresql/15/bin';
const owner = unprivilegedAccount();
const account = owner ?? {};
const statement = 'CREATE INDEX CONCURRENTLY "trips_driver_responder_idx" ON "public"."trips" ("driver")';
const servers: ChildProcess[] = [];
const clients: pg.Client[] = [];
let folder = '';
let url = '';
let replicaUrl = '';
let primary: pg.Client;
let replica: pg.Client;

async function serve(data: string, port: number): Promise<pg.Client> {
  const settings = ['listen_addresses=127.0.0.1', `unix_socket_directories=${folder}`, 'fsync=off', 'wal_receiver_status_interval=1'];
  const options = ['-D', join(folder, data), '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])];
  servers.push(spawn(join(programs, 'postgres'), options, { ...account, stdio: 'ignore' }));
  const target = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const connect = async (): Promise<pg.Client | null> => {
    const client = new pg.Client({ connectionString: target });
    client.on('error', () => undefined);
    return client.connect().then(
      () => client,
      () => null,
    );
  };
  const client = await until(connect);
  clients.push(client);
  return client;
}

// In CI a missing program is a failure, not a reason to look away.
describe.runIf(existsSync(join(programs, 'pg_basebackup')) || process.env['CI'] !== undefined)(
  'building an index beside a replica',
  { timeout: 60_000 },
  () => {
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'replica-'));
      if (owner !== null) await chown(folder, owner.uid, owner.gid);
      const run = (program: string, ...options: string[]) => execa(join(programs, program), options, { ...account, cwd: folder });
      await run('initdb', '-D', join(folder, 'primary'), '-U', 'postgres', '--auth=trust', '--no-sync', '--locale=C');
      const port = await freePort();
      primary = await serve('primary', port);
      url = `postgres://postgres@127.0.0.1:${port}/postgres`;
      await primary.query('CREATE TABLE trips (id int PRIMARY KEY, driver int NOT NULL)');
      await primary.query('INSERT INTO trips SELECT i, i % 500 FROM generate_series(1, 5000) i');
      await run(
        'pg_basebackup',
        '-h',
        '127.0.0.1',
        '-p',
        String(port),
        '-U',
        'postgres',
        '-D',
        join(folder, 'replica'),
        '-R',
        '-c',
        'fast',
        '--no-sync',
      );
      const replicaPort = await freePort();
      replica = await serve('replica', replicaPort);
      replicaUrl = `postgres://postgres@127.0.0.1:${replicaPort}/postgres`;
    }, 60_000);

    afterAll(async () => {
      await Promise.all(clients.map((client) => client.end()));
      for (const server of servers) {
        const gone = once(server, 'exit');
        server.kill('SIGQUIT');
        await gone;
      }
      await rm(folder, { recursive: true });
    });

    const build = (replicaLagMs: number, at = url) =>
      createIndex({
        url: at,
        statement,
        tag: 'i',
        signal: new AbortController().signal,
        limits: { deadlineMs: 60_000, waitMs: 5_000, replicaLagMs },
      });

    it('does not begin on the replica itself', async () => {
      expect(await build(1_000, replicaUrl)).toMatchObject({ applied: false, detail: expect.stringMatching(/replica/) as string });
    });

    it('does not begin while the replica is behind, and does as soon as it has caught up', async () => {
      await replica.query('SELECT pg_wal_replay_pause()');
      const lagOver = async (ms: number): Promise<boolean> => {
        await primary.query('UPDATE trips SET driver = driver WHERE id = 1');
        const { rows } = await primary.query<{ isOver: boolean }>(
          `SELECT coalesce(max(replay_lag), '0') > ${ms} * interval '1 ms' AS "isOver" FROM pg_stat_replication`,
        );
        return rows[0]?.isOver === true;
      };
      await expect.poll(() => lagOver(1_500), { timeout: 60_000, interval: 200 }).toBe(true);
      const refused = { applied: false, detail: expect.stringMatching(/a replica is \d+ s behind/) as string };
      expect(await build(1_000)).toMatchObject(refused);
      expect((await primary.query("SELECT to_regclass('trips_driver_responder_idx') AS index")).rows).toEqual([{ index: null }]);
      await replica.query('SELECT pg_wal_replay_resume()');
      await expect.poll(() => lagOver(500), { timeout: 60_000, interval: 200 }).toBe(false);
      expect(await build(1_000)).toMatchObject({ applied: true });
    });
  },
);
