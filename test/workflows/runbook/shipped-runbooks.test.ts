import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunDocument } from '../../../core/command/runbook/run-document.js';
import { startFakeKubernetes } from '../../support/services/fake-kubernetes.js';
import { startPostgres, type TestPostgres } from '../../support/services/postgres.js';
import { startRedis } from '../../support/services/redis-server.js';
import { startRunbookWorld } from '../../support/stories/runbook-world.js';

const folder = join(import.meta.dirname, '../../../runbooks');
const password = 'redis-password-0123';
let world: Awaited<ReturnType<typeof startRunbookWorld>>;
let postgres: TestPostgres;
let redis: Awaited<ReturnType<typeof startRedis>>;
let kubernetes: Awaited<ReturnType<typeof startFakeKubernetes>>;
let health: Server;
/** What the service says of itself; the catalog's commands change it. */
const stateFile = (): string => join(world.directory, 'state');

beforeAll(async () => {
  [postgres, redis, kubernetes] = await Promise.all([startPostgres(), startRedis(password), startFakeKubernetes()]);
  health = createServer((_, response) => {
    const isWell = existsSync(stateFile()) && readFileSync(stateFile(), 'utf8').includes('well');
    response.writeHead(isWell ? 200 : 503).end('{}');
  });
  await new Promise<void>((resolve) => health.listen(0, '127.0.0.1', resolve));
  const { port } = health.address() as AddressInfo;
  process.env['TEST_RUNBOOK_PG'] = postgres.url;
  process.env['TEST_RUNBOOK_READER'] = postgres.urlFor('reader');
  process.env['TEST_RUNBOOK_KEEPER'] = postgres.urlFor('keeper');
  process.env['TEST_RUNBOOK_REDIS'] = redis.url;
  world = await startRunbookWorld(
    () => `version: 1
services:
  shop:
    endpoints: { order: { url: http://127.0.0.1:${port}/order, budgets: { p95Ms: 250 } } }
    health: [http://127.0.0.1:${port}/health]
    deploy: { rollback: [sh, -c, 'echo rolled-back and well > state'], restart: [sh, -c, 'echo restarted >> state'] }
    databases:
      main: { kind: postgres, connection: { env: TEST_RUNBOOK_PG } }
      cache: { kind: redis, connection: { env: TEST_RUNBOOK_REDIS } }
  strict:
    environment: staging
    endpoints: { order: { url: http://127.0.0.1:${port}/order, budgets: { p95Ms: 250 } } }
    databases:
      careless: { kind: postgres, connection: { env: TEST_RUNBOOK_PG } }
      careful: { kind: postgres, connection: { env: TEST_RUNBOOK_READER }, remedyConnection: { env: TEST_RUNBOOK_KEEPER } }
  bare: { endpoints: { a: { url: http://127.0.0.1:${port}/a, budgets: { p95Ms: 250 } } } }
`,
  );
  const kubeconfig = join(world.directory, 'kubeconfig');
  writeFileSync(kubeconfig, kubernetes.kubeconfig);
  process.env['KUBECONFIG'] = kubeconfig;
}, 60_000);

afterAll(async () => {
  await world.teardown();
  await Promise.all([postgres.stop(), redis.stop(), kubernetes.close()]);
  health.close();
  delete process.env['TEST_RUNBOOK_PG'];
  delete process.env['TEST_RUNBOOK_READER'];
  delete process.env['TEST_RUNBOOK_KEEPER'];
  delete process.env['TEST_RUNBOOK_REDIS'];
  delete process.env['KUBECONFIG'];
});

const start = (name: string, given: Record<string, string>, over = {}): Promise<RunDocument> =>
  world.start(readFileSync(join(folder, `${name}.yaml`), 'utf8'), { file: `${name}.yaml`, given, approvesItself: true, ...over });

describe('the runbooks that come with the product', () => {
  it('are named like their files', () => {
    for (const file of readdirSync(folder))
      expect(readFileSync(join(folder, file), 'utf8')).toContain(`name: ${file.replace('.yaml', '')}\n`);
    expect(readdirSync(folder)).toHaveLength(8);
  });

  it('rollback-deploy runs what the catalog names, once it is approved, and proves the health', async () => {
    writeFileSync(stateFile(), 'ill');
    const waiting = await start('rollback-deploy', { service: 'shop' }, { approvesItself: false });
    expect(waiting.waitsFor?.text).toContain("sh -c 'echo rolled-back and well > state'");
    const run = await world.say(waiting.runId, 'approve', 'bob');
    expect(run).toMatchObject({ result: 'success', target: 'shop', verification: [{ id: 'health', verdict: 'pass' }] });
    const missing = await start('rollback-deploy', { service: 'bare' });
    expect(missing).toMatchObject({ result: 'aborted', preflight: [{ verdict: 'fail' }] });
    expect(missing.preflight[0]?.detail).toContain('services.bare.deploy.rollback');
  });

  it('restart-service restarts', async () => {
    writeFileSync(stateFile(), 'well ');
    expect(await start('restart-service', { service: 'shop' })).toMatchObject({ result: 'success' });
    expect(readFileSync(stateFile(), 'utf8')).toBe('well restarted\n');
  });

  it('terminate-long-query ends what runs for too long, and nothing else', async () => {
    const [long, short] = await Promise.all([postgres.connect('long'), postgres.connect('short')]);
    const ended = long.query('SELECT pg_sleep(60)').then(
      () => 'slept',
      (error: unknown) => String(error),
    );
    await expect
      .poll(
        async () =>
          (
            await short.query(
              "SELECT 1 FROM pg_stat_activity WHERE application_name = 'long' AND state = 'active' AND query_start < clock_timestamp() - interval '1 s'",
            )
          ).rowCount,
        { timeout: 60_000 },
      )
      .toBe(1);
    const run = await start('terminate-long-query', { database: 'main', olderThan: '1s' });
    expect(run).toMatchObject({ result: 'success', verification: [{ id: 'none', verdict: 'pass' }] });
    expect(run.steps.map(({ id, output }) => [id, output.trim()])).toEqual([
      ['look', '1'],
      ['cancel', '1'],
      ['settle', ''],
      ['terminate', '0'],
    ]);
    expect(await ended).toContain('canceling statement');
    expect((await short.query('SELECT 1')).rowCount).toBe(1);
  });

  it('relieve-connections ends idle sessions', async () => {
    const idle = await postgres.connect('idle');
    await idle.query('BEGIN');
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    const run = await start('relieve-connections', { database: 'shop/main', idleFor: '1s' });
    expect(run.result).toBe('success');
    await expect(idle.query('SELECT 1')).rejects.toThrow();
  });

  it('redis-drop-keys removes a literal prefix up to the limit, after two approvals', async () => {
    for (let index = 0; index < 30; index += 1) await redis.send(['SET', `cache:a b${index}`, 'x', 'EX', '100']);
    await redis.send(['SET', 'cacheX', 'stays']);
    const given = { database: 'cache', prefix: 'cache:', limit: '20' };
    const dry = await start('redis-drop-keys', given, { isDryRun: true });
    expect(dry.steps[1]?.reason).toMatch(/would remove 20 \(the limit\) keys; there is no rollback\ncache:a b\d+ \(time to live \d+ s\)/);
    const waiting = await start('redis-drop-keys', given);
    await world.say(waiting.runId, 'approve', 'bob');
    const run = await world.say(waiting.runId, 'approve', 'carol');
    expect(run).toMatchObject({ result: 'success', counts: { completed: 2 } });
    expect(run.steps[1]?.output).toContain('removed 20 keys');
    expect(await redis.send(['DBSIZE'])).toBe(11);
    expect(JSON.stringify(run)).not.toContain(password);
    const pattern = await start('redis-drop-keys', { ...given, prefix: 'cac*' });
    expect(pattern).toMatchObject({ result: 'aborted' });
  });

  it('clean-old-logs removes old files of the folder, not through a link', async () => {
    const logs = join(world.directory, 'logs');
    mkdirSync(join(logs, 'below'), { recursive: true });
    const old = new Date(Date.now() - 10 * 86_400_000);
    for (const name of ['a.log', 'b.log.1', 'keep.txt', 'below/c.log']) {
      writeFileSync(join(logs, name), '');
      utimesSync(join(logs, name), old, old);
    }
    writeFileSync(join(logs, 'new.log'), '');
    expect(await start('clean-old-logs', { folder: logs })).toMatchObject({ result: 'success' });
    expect(readdirSync(logs).sort()).toEqual(['below', 'keep.txt', 'new.log']);
    expect(readdirSync(join(logs, 'below'))).toEqual(['c.log']);
    expect(await start('clean-old-logs', { folder: `${logs}/../logs` })).toMatchObject({ result: 'aborted' });
  });

  it('kubernetes-graceful-restart restarts once, and says what the server says', async () => {
    const run = await start('kubernetes-graceful-restart', { namespace: 'shop', deployment: 'api' });
    expect(run).toMatchObject({ result: 'success', preflight: [{ verdict: 'pass', detail: '1' }, { verdict: 'pass' }] });
    expect(run.steps[0]).toMatchObject({ state: 'completed', command: 'kubectl rollout restart deployment/api -n shop' });
    expect(kubernetes.deployment.generation).toBe(2);
    expect(kubernetes.requests.filter((line) => line.startsWith('PATCH'))).toHaveLength(1);
    const missing = await start('kubernetes-graceful-restart', { namespace: 'shop', deployment: 'none' });
    expect(missing).toMatchObject({ result: 'aborted' });
  });

  it('renew-certificate waits for people and looks at what is served', async () => {
    const make = (days: string) => {
      const [key, certificate] = [join(world.directory, 'key.pem'), join(world.directory, `cert-${days}.pem`)];
      spawnSync('openssl', [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-keyout',
        key,
        '-out',
        certificate,
        '-days',
        days,
        '-subj',
        '/CN=localhost',
      ]);
      return { key: readFileSync(key), cert: readFileSync(certificate) };
    };
    const server: TlsServer = createTlsServer(make('1'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const host = `localhost:${(server.address() as AddressInfo).port}`;
    const waiting = await start('renew-certificate', { host });
    expect(waiting.waitsFor).toMatchObject({ kind: 'manual', step: 'issue' });
    await world.say(waiting.runId, 'approve', 'bob', { step: 'issue' });
    server.setSecureContext(make('60'));
    const run = await world.say(waiting.runId, 'approve', 'bob', { step: 'install' });
    server.close();
    expect(run).toMatchObject({ result: 'success', verification: [{ id: 'valid', verdict: 'pass' }] });
  });
});

describe('a step that asks a database', () => {
  const ask = (sql: string, target: string, writes: boolean, over = {}): Promise<RunDocument> => {
    const [service = '', database = ''] = target.split('/');
    return askAs(sql, service, database, writes, over);
  };
  const askAs = (sql: string, service: string, database: string, writes: boolean, over = {}): Promise<RunDocument> =>
    world.start(
      `apiVersion: perf-responder/runbook.v1
name: ask
title: Ask
service: ${service}
risk: ${writes ? 'medium' : 'low'}
steps: [{ id: ask, title: Ask, kind: sql, database: ${database}, writes: ${writes}, sql: ${JSON.stringify(sql)} }]
`,
      { file: 'ask.yaml', approvesItself: true, ...over },
    );

  it('names the database of another service as SERVICE/NAME, and hears which line is wrong when it names none', async () => {
    const other = await askAs('SELECT current_database()', 'bare', 'shop/main', false);
    expect([other.result, other.steps[0]?.output]).toEqual(['success', new URL(postgres.url).pathname.slice(1)]);
    const none = await askAs('SELECT 1', 'shop', 'shop/main/x', false);
    expect([none.result, none.preflight[0]?.detail]).toEqual([
      'aborted',
      expect.stringMatching(
        /^ask\.yaml: .*: ask\.yaml:6: steps\[0\]\.database: expected NAME or SERVICE\/NAME .*, got "shop\/main\/x"; write/,
      ),
    ]);
  });

  it('is one statement that only reads, unless it says that it writes; a rehearsal, too', async () => {
    const admin = await postgres.connect('admin');
    await admin.query(`CREATE TABLE kept (id int); INSERT INTO kept VALUES (1);
      CREATE FUNCTION bell() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$; CREATE VIEW seen AS SELECT bell() AS rung`);
    const hostile: readonly [string, string][] = [
      ['SELECT 1; COMMIT; DROP TABLE kept', 'it is not one statement'],
      ['COMMIT', 'it is no SELECT'],
      ["SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'admin'", 'it calls pg_terminate_backend'],
      ['SELECT bell()', 'it calls the volatile function bell'],
      ['SELECT * FROM seen', 'it reads the view public.seen'],
      ['SELECT * FROM kept FOR UPDATE', 'it locks rows'],
    ];
    for (const [sql, why] of hostile) {
      const run = await ask(sql, 'shop/main', false);
      expect([sql, run.result, run.steps[0]?.reason ?? run.preflight]).toEqual([sql, 'failed', expect.stringContaining(why)]);
    }
    const rehearsed = await ask('SELECT 1; COMMIT; DROP TABLE kept', 'shop/main', false, { isDryRun: true });
    expect(rehearsed.steps[0]?.reason).toContain('it is not one statement');
    expect((await admin.query('SELECT id FROM kept')).rows).toEqual([{ id: 1 }]);
    const read = await ask("SELECT count(*), pg_relation_size('kept') FROM kept", 'shop/main', false);
    expect([read.result, read.steps[0]?.output]).toEqual(['success', '1\t8192']);
  });

  it('outside development is refused to a superuser, and writes as whom the catalog names for it; an owner is told', async () => {
    const admin = await postgres.connect('admin');
    await admin.query(`CREATE ROLE reader LOGIN PASSWORD 'reader'; CREATE ROLE keeper LOGIN PASSWORD 'keeper';
      CREATE TABLE stock (id int); ALTER TABLE stock OWNER TO keeper; GRANT keeper TO reader; GRANT ALL ON SCHEMA public TO keeper`);
    for (const writes of [false, true]) {
      const refused = await ask('SELECT 1', 'strict/careless', writes);
      expect([refused.result, refused.steps[0]?.reason]).toEqual(['failed', expect.stringContaining('its role is a superuser')]);
    }
    const wrote = await ask('INSERT INTO stock VALUES (7) RETURNING left(current_user, 4)', 'strict/careful', true);
    expect([wrote.result, wrote.steps[0]?.output]).toEqual(['success', 'keep']);
    const read = await ask('SELECT left(current_user, 4), id FROM stock', 'strict/careful', false);
    expect(read.steps[0]?.output).toBe('read\t7\nnote: this role owns public.stock, and may change and drop it');
    await admin.query('DROP TABLE stock; DROP OWNED BY keeper, reader; DROP ROLE reader, keeper');
  });
});
