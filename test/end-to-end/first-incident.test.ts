/** docs/first-incident.md, walked by somebody with the packed package, an empty folder and an Express service with PostgreSQL. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Incident } from '../../core/model/incident.js';
import { startPostgres, type TestPostgres } from '../support/services/postgres.js';

const run = promisify(execFile);
const root = new URL('../../', import.meta.url).pathname;

let folder = '';
let postgres: TestPostgres;
let service: ChildProcess;
let port = '';
const started: ChildProcess[] = [];
/** What the newcomer's second terminal knows beside the text of the page. */
let environment: NodeJS.ProcessEnv = {};

/** The commands of the page, in its order. */
async function commandsOfThePage(): Promise<string[]> {
  const page = await readFile(join(root, 'docs/first-incident.md'), 'utf8');
  const blocks = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block ?? '');
  return blocks.flatMap((block) => block.split('\n')).filter((line) => line.startsWith('npx perf-responder '));
}

async function page(word: string): Promise<string> {
  const found = (await commandsOfThePage()).find((line) => line.startsWith(`npx perf-responder ${word}`));
  if (found === undefined) throw new Error(`docs/first-incident.md has no command ${word}`);
  return found.replaceAll('127.0.0.1:8080', `127.0.0.1:${port}`);
}

async function type(line: string, env: NodeJS.ProcessEnv = environment): Promise<{ code: number; out: string; err: string }> {
  try {
    const { stdout, stderr } = await run('sh', ['-c', line], { cwd: folder, env, timeout: 580_000, maxBuffer: 32 * 1024 * 1024 });
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, out: stdout, err: stderr };
  }
}

async function lineOf(child: ChildProcess, wanted: RegExp): Promise<string> {
  return await new Promise((resolve, reject) => {
    let text = '';
    const look = (data: Buffer): void => {
      text += data.toString();
      const found = wanted.exec(text);
      if (found !== null) resolve(found[1] ?? found[0]);
    };
    child.stdout?.on('data', look);
    child.stderr?.on('data', look);
    child.once('exit', (code) => reject(new Error(`ended with ${String(code)}: ${text}`)));
  });
}

/** A process of its own group, so that what `sh` and `npx` start ends with it. */
function start(line: string, env: NodeJS.ProcessEnv, cwd: string): ChildProcess {
  const child = spawn('sh', ['-c', line], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  started.push(child);
  return child;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'newcomer-'));
  postgres = await startPostgres();
  const client = await postgres.connect();
  // As PostgreSQL comes: the extension is preloaded in the tests' server, and nobody created it here.
  await client.query('DROP EXTENSION pg_stat_statements');
  await client.query(await readFile(join(root, 'examples/products.sql'), 'utf8'));
  const env = { ...process.env, DATABASE_URL: postgres.url, PORT: '0' };
  service = start(`exec node ${join(root, 'examples/express/server.mjs')}`, env, folder);
  port = await lineOf(service, /listens on http:\/\/127\.0\.0\.1:(\d+)/);
}, 120_000);

afterAll(async () => {
  for (const { pid, exitCode, signalCode } of started.reverse()) {
    if (pid === undefined || exitCode !== null || signalCode !== null) continue;
    process.kill(-pid, 'SIGTERM');
  }
  for (const child of started)
    if (child.exitCode === null && child.signalCode === null) await new Promise((resolve) => child.once('exit', resolve));
  await postgres.stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
}, 60_000);

/**
 * The service that the first try of this tool got wrong: five connections, no index that could serve the search. The pool is what its queue shows, an index on
 * the price is quick for the word of the load alone; the place is the condition, and what may be tried is told with what gets slower by it.
 */
function expectTheNewcomersCause({ outcome, causes, ruledOut }: Incident): void {
  expect({ outcome, causes }).toMatchObject({
    outcome: 'localized',
    causes: [{ id: 'non-sargable-predicate', location: { relation: 'products', columns: ['name'] } }],
  });
  const [{ summary, remedy }] = causes as [Incident['causes'][number]];
  expect(summary).toMatch(/An index in the order of price .* for a value with many matches, .* with few or none, slower than now/);
  expect(`${summary} ${remedy.statement}`).toMatch(
    /gin_trgm_ops.*makes writes to name slower, and is untried here, for only a built GIN index can be tried/,
  );
  expect(ruledOut.filter(({ id, kind }) => id === 'pool-exhausted' && kind !== 'consequence')).toEqual([]);
}

describe('the first incident', () => {
  it('installs from the packed package into an empty folder', { timeout: 600_000 }, async () => {
    const packed = join(folder, 'packed');
    await mkdir(packed);
    await run('npm', ['pack', '--ignore-scripts', '--pack-destination', packed], { cwd: root });
    const [tarball = ''] = await readdir(packed);
    const { stdout } = await run('tar', ['-tzf', join(packed, tarball)]);
    const files = stdout.split('\n');
    for (const needed of [
      'package/LICENSE',
      'package/SECURITY.md',
      'package/README.md',
      'package/CHANGELOG.md',
      'package/docs/first-incident.md',
      'package/dist/workflow-bundle.js',
    ]) {
      expect(files).toContain(needed);
    }
    expect(files.filter((file) => /^package\/(?:dist\/lab|dist\/bench|test|fixtures)\//.test(file))).toEqual([]);
    await writeFile(join(folder, 'package.json'), '{ "private": true }');
    await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', join(packed, tarball)], {
      cwd: folder,
      timeout: 580_000,
    });
    environment = { ...process.env, NO_COLOR: '1' };
    delete environment['DATABASE_URL'];
    const { out } = await type('npx perf-responder --version');
    expect(out.trim()).toBe((JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }).version);
  });

  it('writes a catalog, says how to take the database of the service, and what comes next', { timeout: 300_000 }, async () => {
    const { code, out, err } = await type(`${await page('init')} --service shop`);
    expect([code, `${out}${err}`]).toEqual([0, expect.stringContaining('wrote responder.yaml')]);
    expect(err).toContain(`port ${port}: node`);
    expect(`${out}${err}`).not.toContain(postgres.url);
    const catalog = await readFile(join(folder, 'responder.yaml'), 'utf8');
    expect(catalog).toContain('main: { kind: postgres, connection: { env: DATABASE_URL } }');
    expect(catalog).toContain(`process: { port: ${port} }`);
    const [, taken] = /\$ export DATABASE_URL=("[^#]*")/.exec(out) ?? [];
    expect((await type(`printf %s ${taken ?? ''}`)).out).toBe(postgres.url);
    expect(out).toMatch(/\$ perf-responder dev[\s\S]*\$ perf-responder triage shop\/search/);
    // A shorter load than a newcomer's, for the sake of the suite.
    await writeFile(
      join(folder, 'responder.yaml'),
      catalog.replace('vus: 10, duration: 30s, warmUp: 5s', 'vus: 8, duration: 12s, warmUp: 2s'),
    );
    const again = await type(`${await page('init')} --service shop`);
    expect([again.code, again.err]).toEqual([2, expect.stringContaining('--force')]);
  });

  it('is not ready before dev runs, and ready then, with what the worker sees', { timeout: 300_000 }, async () => {
    const before = await type(await page('doctor'), { ...environment, TEMPORAL_ADDRESS: '127.0.0.1:1' });
    expect(before.code).toBe(1);
    expect(before.out).toMatch(/not ready: .*Temporal server[\s\S]*To do:[\s\S]*perf-responder dev/);
    expect(before.out.match(/Start everything with perf-responder dev/g)).toHaveLength(1);
    expect(before.out).toContain('export DATABASE_URL=');
    expect(before.out).toContain('GRANT pg_monitor TO responder;');
    const dev = start(
      `exec ${await page('dev')} --temporal-port 0 --ui-port 0 --hook-port 0`,
      { ...environment, DATABASE_URL: postgres.url },
      folder,
    );
    environment['TEMPORAL_ADDRESS'] = await lineOf(dev, /dev ready: Temporal (\S+?),/);
    const { code, out } = await type(await page('doctor'));
    expect([code, out]).toEqual([0, expect.stringContaining('ready: a triage can work')]);
    expect(out).toContain('it has DATABASE_URL, which this shell has not');
    // A triage works without; what it would see more with it is told once, with the statement to paste.
    expect(out).toMatch(/missing {2}database main of shop: .*pg_stat_statements is loaded, but not created in this database/);
    expect(out).toContain('  CREATE EXTENSION pg_stat_statements;');
  });

  it('confirms the slow route, names where its time goes and says what to type next', { timeout: 600_000 }, async () => {
    const { code, out, err } = await type(await page('triage'));
    expect([code, out, err]).toEqual([0, expect.stringMatching(/load {6}confirmed: p95 /), expect.stringContaining('confirming')]);
    expect(out).toMatch(/^outcome {3}localized$/m);
    expect(out).toMatch(/^next {6}perf-responder /m);
    expect(out).not.toMatch(/\u001b/);
    const report = await type(await page('report'));
    expect(report.code).toBe(0);
    const told = await type('npx perf-responder report shop/search --format json');
    const incident = JSON.parse(told.out) as Incident;
    expectTheNewcomersCause(incident);
    expect(incident.missingEvidence.map(({ id }) => id)).toContain('pg_stat_statements');
    // That the table was filled a moment before its ANALYZE makes its statistics no older.
    expect(incident.missingEvidence.map(({ id }) => id)).not.toContain('table-statistics');
    expect(await readFile(join(folder, 'incident.html'), 'utf8')).toContain('<svg');
    // The report lies in the data folder of dev, which was started elsewhere.
    await mkdir(join(folder, 'elsewhere'));
    const elsewhere = await type('cd elsewhere && ../node_modules/.bin/perf-responder report shop/search');
    expect([elsewhere.code, elsewhere.out]).toEqual([0, expect.stringContaining('## Perf incident triage')]);
    const audit = await type('cd elsewhere && ../node_modules/.bin/perf-responder audit');
    expect([audit.code, audit.err]).toEqual([2, expect.stringContaining('--data')]);
    const artifact = await type('npx perf-responder report shop/search --artifact load-summary.json --output load.json');
    expect([artifact.code, artifact.out.trim()]).toEqual([0, 'load-summary.json written to load.json']);
    expect(JSON.parse(await readFile(join(folder, 'load.json'), 'utf8'))).toHaveProperty('metrics');
    const unknown = await type('npx perf-responder report shop/search --artifact nothing.bin');
    expect([unknown.code, unknown.err]).toEqual([
      2,
      expect.stringMatching(/expected the name of an artifact of .*load-summary\.json.*got "nothing\.bin"/),
    ]);
  });

  it('names the same cause where the statements are counted', { timeout: 600_000 }, async () => {
    const client = await postgres.connect();
    await client.query('CREATE EXTENSION pg_stat_statements');
    // An address of its own is an incident of its own, under the endpoint's load and budgets.
    const { code, out } = await type(`npx perf-responder triage "GET http://127.0.0.1:${port}/search?q=shelf" --json`);
    expect(code).toBe(0);
    const incident = JSON.parse(out) as Incident;
    expectTheNewcomersCause(incident);
    expect(incident.missingEvidence.map(({ id }) => id)).not.toContain('pg_stat_statements');
  });
});
