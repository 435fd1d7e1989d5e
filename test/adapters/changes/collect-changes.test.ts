import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collectChanges, type CollectedChanges } from '../../../adapters/changes/collect-changes.js';
import { replicaSetChanges } from '../../../adapters/changes/kubernetes.js';
import { readPostedChanges, storePostedChange } from '../../../adapters/changes/posted-changes.js';
import { catalogOf, never } from '../../support/check-catalog.js';
import { startPostgres, type TestPostgres } from '../../support/services/postgres.js';
import { until } from '../../support/until.js';

const folder = mkdtempSync(join(tmpdir(), 'check-changes-'));
const hour = 3_600_000;
let server: Server;
let api = '';
let version = 'v1';

beforeAll(async () => {
  process.env['ARGO_TOKEN'] = 'argo-secret';
  server = createServer((request, response) => {
    const path = request.url ?? '';
    if (path === '/version') return void response.end(JSON.stringify({ version }));
    if (path === '/api/v1/applications/shop') {
      if (request.headers.authorization !== 'Bearer argo-secret') return void response.writeHead(401).end();
      const deployedAt = new Date(Date.now() - 60_000).toISOString();
      return void response.end(
        JSON.stringify({ status: { history: [{ id: 3, revision: 'abc123', deployedAt, initiatedBy: { username: 'carol' } }] } }),
      );
    }
    if (path.startsWith('/repos/o/shop/deployments')) {
      const created = new Date(Date.now() - 120_000).toISOString();
      return void response.end(
        JSON.stringify([
          {
            id: 1,
            sha: 'f00dfeed12345678',
            ref: 'main',
            environment: 'production',
            description: null,
            created_at: created,
            creator: { login: 'bob' },
          },
        ]),
      );
    }
    if (path.startsWith('/repos/')) return;
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function changesOf(keys: string, more: { budgetMs?: number; data?: string } = {}): Promise<CollectedChanges> {
  const now = Date.now();
  return await collectChanges({
    catalog: catalogOf({ shop: keys }, '', folder),
    services: ['shop'],
    fromMs: now - 2 * hour,
    toMs: now + 1_000,
    dataDirectory: more.data ?? join(folder, 'data'),
    signal: never,
    ...(more.budgetMs === undefined ? {} : { budgetMs: more.budgetMs }),
  });
}

describe('collectChanges', () => {
  it('reads commits, as commits and not as deployments', async () => {
    const repository = join(folder, 'repo');
    mkdirSync(repository);
    const git = (...words: string[]): unknown =>
      execFileSync('git', ['-C', repository, '-c', 'user.name=alice', '-c', 'user.email=a@b', ...words], { stdio: 'ignore' });
    git('init');
    writeFileSync(join(repository, 'a'), '1');
    git('add', '.');
    git('commit', '-m', 'Cache prices for a minute');
    const { changes, sources } = await changesOf(`repository: { path: repo, start: node a, health: 'http://127.0.0.1:{port}/' }`);
    expect(changes).toMatchObject([{ service: 'shop', kind: 'commit', title: 'Cache prices for a minute', by: 'alice', source: 'git' }]);
    expect(sources.find(({ source }) => source === 'git repo')).toMatchObject({ ok: true });
  });

  it('reads Argo CD and GitHub with their tokens, and tells a source that hangs or refuses as a row', async () => {
    const good = await changesOf(
      `deploy: { argocd: { api: '${api}', application: shop, token: { env: ARGO_TOKEN } }, github: { repository: o/shop, api: '${api}' } }`,
    );
    expect(good.changes).toMatchObject([
      { kind: 'deploy', ref: 'abc123', by: 'carol', source: 'argocd', revertible: true },
      { kind: 'deploy', ref: 'f00dfeed1234', by: 'bob', source: 'github' },
    ]);
    // Apart: what refuses is not to be held to the half second of what hangs.
    const refused = await changesOf(`deploy: { argocd: { api: '${api}', application: shop } }`);
    expect(refused.sources.filter(({ source }) => source.startsWith('argocd'))).toMatchObject([
      { source: 'argocd shop', ok: false, detail: expect.stringContaining('401') as unknown },
    ]);
    const hung = await changesOf(`deploy: { github: { repository: o/hangs, api: '${api}' } }`, { budgetMs: 500 });
    expect(hung.sources.filter(({ source }) => source.startsWith('github'))).toMatchObject([
      { source: 'github o/hangs', ok: false, detail: expect.stringContaining('no answer within 0.5 s') as unknown },
    ]);
    expect(JSON.stringify([good, refused, hung])).not.toContain('argo-secret');
  });

  it('dates a new version from the last look that saw the old one', async () => {
    const data = join(folder, 'versions');
    const keys = `deploy: { versionUrl: '${api}/version', rollback: ['true'] }`;
    expect((await changesOf(keys, { data })).changes.filter(({ source }) => source === 'version')).toEqual([]);
    const sawOld = new Date().toISOString();
    version = 'v2';
    await new Promise((resolve) => setTimeout(resolve, 20));
    const [change] = (await changesOf(keys, { data })).changes.filter(({ source }) => source === 'version');
    expect(change).toMatchObject({ kind: 'deploy', ref: 'v2', revertible: true });
    expect(Date.parse(change?.at ?? '')).toBeLessThanOrEqual(Date.parse(sawOld));
    expect((await changesOf(keys, { data })).changes.filter(({ source }) => source === 'version')).toHaveLength(1);
  });

  it('finds the start of a process and the files that it was started with', async () => {
    const { changes } = await changesOf(`process: { pid: ${process.pid} }`);
    expect(changes.find(({ kind }) => kind === 'restart')).toMatchObject({ ref: `pid ${process.pid}` });
  });

  it('keeps posted changes append-only, the same delivery once, a torn line ignored', async () => {
    const data = join(folder, 'posted');
    const change = {
      at: new Date().toISOString(),
      service: 'shop',
      kind: 'flag' as const,
      ref: 'async-payment',
      title: 'on',
      by: 'dave',
      rollback: null,
    };
    const first = await storePostedChange(data, change);
    expect(await storePostedChange(data, change)).toBe(first);
    appendFileSync(join(data, 'changes', 'posted.jsonl'), '{"changeId":"chg-half');
    expect(await readPostedChanges(data)).toHaveLength(1);
    expect((await changesOf('', { data })).changes).toMatchObject([
      { kind: 'flag', ref: 'async-payment', by: 'dave', source: 'hook', revertible: false },
    ]);
  });

  it('tells roll-outs from ReplicaSets by revision and image', () => {
    const item = {
      metadata: { name: 'shop-7d', creationTimestamp: '2026-03-02T09:58:00Z', annotations: { 'deployment.kubernetes.io/revision': '7' } },
      spec: { template: { spec: { containers: [{ image: 'shop:1.4' }] } } },
    };
    expect(replicaSetChanges(JSON.stringify({ items: [item] }), 'shop')).toMatchObject([
      { at: '2026-03-02T09:58:00.000Z', ref: 'shop-7d revision 7', title: 'roll-out of shop:1.4', revertible: true },
    ]);
  });
});

describe('PostgreSQL', () => {
  let database: TestPostgres;
  beforeAll(async () => {
    database = await startPostgres();
  });
  afterAll(async () => {
    await database.stop();
  });

  it('tells its start, a configuration that was read again, and migrations of known tools', async () => {
    process.env['CHANGED_DATABASE'] = database.url;
    const client = await database.connect();
    await client.query('CREATE TABLE "_prisma_migrations" (migration_name text, finished_at timestamptz)');
    await client.query(
      `INSERT INTO "_prisma_migrations" VALUES ('20260302_add_index', now()), ('20200101_old', now() - interval '1 year')`,
    );
    // The start and the reading again have to differ by more than the second that they are told in.
    await until(
      async () => (await client.query("SELECT 1 WHERE clock_timestamp() > pg_postmaster_start_time() + interval '1.1 s'")).rowCount,
    );
    await client.query('SELECT pg_reload_conf()');
    const isRead = "SELECT 1 WHERE pg_conf_load_time() > pg_postmaster_start_time() + interval '1 s'";
    await until(async () => (await (await database.connect()).query(isRead)).rowCount);
    const { changes } = await changesOf('databases: { main: { kind: postgres, connection: { env: CHANGED_DATABASE } } }');
    const told = changes.filter(({ source }) => source === 'postgres').map(({ kind, ref }) => `${kind} ${ref}`);
    expect(told.sort()).toEqual(['config postgresql.conf', 'migration 20260302_add_index', 'restart postmaster']);
  });
});
