/** A newcomer's fake of each kind, added as the documentation says, and one incident through all of them. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, linkSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyProduct, follow, instructionsOf, typeProblems } from './follow-docs.js';

const pages = [
  'add-a-runtime',
  'add-a-profiler',
  'add-a-database',
  'add-a-kind-of-evidence',
  'add-a-rule',
  'add-a-remedy',
  'add-a-notifier',
  'add-an-alert-source',
  'add-a-format',
  'add-a-check',
  'add-a-runbook-step',
];
/** Pages about two things: evidence is read in the core and captured by the worker, and a profile is no plan. */
const twoSides = new Set(['add-a-kind-of-evidence', 'add-a-format']);
const instructions = new Map(pages.map((page) => [page, instructionsOf(`docs/${page}.md`)] as const));

describe('each page', () => {
  it.each(pages)('%s is one file and one line', (page) => {
    const { files, entries } = instructions.get(page) ?? { files: [], entries: [], fixtures: [] };
    const sides = twoSides.has(page) ? 2 : 1;
    expect([files.length, entries.length]).toEqual([sides, sides]);
    expect(entries.every(({ line }) => /^import \{ \w+ \} from '[^']+';$/.test(line))).toBe(true);
    expect(readFileSync(`docs/${page}.md`, 'utf8')).toMatch(/fixture|[Tt]est/);
  });
});

interface Ledger {
  port: number;
  words: string[];
  close: () => void;
}

/** A database of its own protocol: answers each line, late while its sluice is shut. */
async function startLedger(): Promise<Ledger> {
  const words: string[] = [];
  let isOpen = false;
  const server: Server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      for (const word of chunk.toString().trim().split('\n')) {
        if (word !== 'GET') words.push(word);
        if (word === 'OPEN') isOpen = true;
        setTimeout(() => socket.write(`${word} done\n`), word === 'GET' && !isOpen ? 120 : 1);
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, words, close: () => server.close() };
}

/** The service: one connection to the ledger for each request that is in flight. */
const source = `
const { createServer } = require('node:http');
const { connect } = require('node:net');
const idle = [];
const take = () => idle.pop() ?? connect(Number(process.argv[1]), '127.0.0.1');
createServer((request, response) => {
  const socket = take();
  socket.once('data', () => { idle.push(socket); response.end('done'); });
  socket.write('GET\\n');
}).listen(0, '127.0.0.1', function () { console.log(this.address().port); });
`;

let folder: string;
let ledger: Ledger;
const children: ChildProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'newcomer-'));
  ledger = await startLedger();
  await copyProduct(join(folder, 'product'));
  for (const each of instructions.values()) follow(join(folder, 'product'), each);
}, 60_000);

afterAll(async () => {
  for (const child of children.reverse()) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await Promise.race([gone, sleep(10_000).then(() => child.kill('SIGKILL'))]);
  }
  ledger.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
});

async function start(program: string, words: string[], env: Record<string, string> = {}): Promise<string> {
  const child = spawn(program, words, { cwd: folder, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let told = '';
  child.stderr.on('data', (chunk: Buffer) => (told += chunk.toString()));
  return await new Promise((resolve, reject) => {
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      if (out.includes('\n')) resolve(out.split('\n')[0] ?? '');
    });
    child.once('exit', (code) => reject(new Error(`${words[0] ?? program} ended with ${String(code)}: ${told}`)));
  });
}

/** A program of the runtime is one whose executable has its name. */
async function startWarp(): Promise<number> {
  const warp = join(folder, 'warp');
  try {
    linkSync(process.execPath, warp);
  } catch {
    await copyFile(process.execPath, warp);
  }
  return Number(await start(warp, ['-e', source, String(ledger.port)]));
}

/** What the command line of the copy prints as its one document. */
async function runJson(words: string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'product', 'bin', 'perf-responder.js'), ...words], {
    cwd: folder,
  });
  return JSON.parse(stdout);
}

interface Document {
  outcome: string | null;
  reasons?: string[];
  causes: { id: string; evidence: string[]; location: Record<string, unknown>; remedy: { kind: string } }[];
  evidence: { id: string; summary: string; artifact: string | null }[];
  accounting: { resource: string; share: number }[];
}

interface RunbookDocument {
  steps: { id: string; kind: string; state: string; command: string }[];
  rollback: { id: string; state: string; detail: string }[];
}

const endpoint = 'harbour/quotes';

interface Running {
  ready: { hook: string; address: string };
  page: string;
  env: Record<string, string>;
  cli: string;
}

let running: Promise<Running> | null = null;

/** `dev` of the copy with the fake service; the first that needs it starts it. */
function startedProduct(): Promise<Running> {
  return (running ??= startProduct());
}

async function startProduct(): Promise<Running> {
  const port = await startWarp();
  const page = join(folder, 'logbook.jsonl');
  await mkdir(join(folder, 'data'));
  await writeFile(
    join(folder, 'responder.yaml'),
    `version: 1
hook: { read: { bearer: { env: READ_TOKEN } }, sources: { bell: { bearer: { env: BELL_TOKEN } } } }
services:
  harbour:
    process: { port: ${port} }
    profiler: auto
    databases: { main: { kind: ledger, connection: { env: LEDGER_URL } } }
    remedies: [open-sluice]
    notify: [{ kind: logbook, page: ${page} }]
    endpoints:
      quotes: { url: "http://127.0.0.1:${port}/quotes", budgets: { p95Ms: 60 }, load: { vus: 4, duration: 10s, warmUp: 1s } }
`,
  );
  const env = { BELL_TOKEN: 'ding', READ_TOKEN: 'look', LEDGER_URL: `ledger://127.0.0.1:${ledger.port}` };
  const cli = join(folder, 'product', 'bin', 'perf-responder.js');
  const ports = ['--temporal-port', '0', '--ui-port', '0', '--hook-port', '0', '--data', join(folder, 'data'), '--json'];
  const ready = JSON.parse(await start(process.execPath, [cli, 'dev', ...ports], env)) as { hook: string; address: string };
  return { ready, page, env, cli };
}

describe('the product with all of them', () => {
  it('passes the type checker', { timeout: 180_000 }, async () => {
    expect(await typeProblems(join(folder, 'product'))).toBe('');
  });

  it.each([
    [
      'profile',
      'knots.txt',
      'knots 1\n3 main > serve > render\n1 main > serve\n',
      { format: 'knots', samples: 4, leaves: [{ frame: 'render', selfShare: 0.75 }, {}] },
    ],
    [
      'plan',
      'brief.txt',
      'BRIEF SCAN on orders took 12.5 ms for 40 rows\n',
      { format: 'brief', dominant: { nodeType: 'SCAN', relation: 'orders', selfMs: 12.5 } },
    ],
  ])('reads a %s in the fake format', async (kind, name, text, expected) => {
    const file = join(folder, name);
    await writeFile(file, text);
    expect(await runJson(['analyze', kind, file, '--json'])).toMatchObject(expected);
  });

  it('runs the fake check', async () => {
    const catalog = join(folder, 'checked.yaml');
    await writeFile(
      catalog,
      'version: 1\nservices: { harbour: { endpoints: { quotes: { url: "http://127.0.0.1:9/quotes", budgets: { p95Ms: 60 } } } } }\n',
    );
    const { checks } = (await runJson(['check', 'harbour', '--catalog', catalog, '--json'])) as { checks: { id: string; value: number }[] };
    expect(checks.find(({ id }) => id === 'host.uptime')?.value).toBeGreaterThanOrEqual(0);
  });

  it('runs the fixture of the fake step, and undoes it when a later step fails', { timeout: 120_000 }, async () => {
    const fixture = join(folder, 'product', 'fixtures/runbooks/good/maintenance.yaml');
    const { ready } = await startedProduct();
    const place = ['--address', ready.address, '--data', join(folder, 'data')];
    const run = (...more: string[]) =>
      runJson(['runbook', 'run', fixture, '--set', 'page=closed', '--by', 'alice', ...place, ...more, '--json']);
    const rehearsed = (await run('--dry-run')) as RunbookDocument;
    expect(rehearsed.steps[0], JSON.stringify(rehearsed)).toMatchObject({ kind: 'maintenance', command: 'maintenance on: closed.flag' });
    expect(JSON.stringify(rehearsed)).toContain('would turn maintenance on with closed.flag');
    const document = (await run()) as RunbookDocument;
    expect(document.steps.map(({ id, state }) => [id, state])).toEqual([
      ['close', 'rolled-back'],
      ['look', 'completed'],
      ['fail', 'failed'],
    ]);
    expect(document.rollback).toMatchObject([
      { id: 'look', state: 'none' },
      { id: 'close', state: 'done', detail: 'maintenance off: closed.flag' },
    ]);
    expect(existsSync(join(folder, 'closed.flag'))).toBe(false);
  });

  it('takes an incident from the fake alert to the fake remedy', { timeout: 240_000 }, async () => {
    const { ready, page, env, cli } = await startedProduct();
    const headers = { authorization: 'Bearer ding' };
    const rung = await fetch(`${ready.hook}/alerts/bell`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ ring: endpoint, at: new Date().toISOString() }),
    });
    expect([rung.status, await rung.json()]).toMatchObject([202, { incidents: [{ endpoint }] }]);
    const document = await untilReported(ready.hook, page);

    expect(document.causes[0], JSON.stringify(document)).toMatchObject({
      id: 'high-tide',
      location: { database: 'main' },
      remedy: { kind: 'open-sluice' },
    });
    expect(document.accounting.find(({ resource }) => resource === 'database-lock')?.share).toBeGreaterThan(0.5);
    const cited = document.evidence.filter(({ id }) => document.causes[0]?.evidence.includes(id)).map(({ artifact }) => artifact);
    expect(cited).toEqual(expect.arrayContaining(['tide.json', 'databases.json']));
    const profile = document.evidence.find(({ artifact }) => artifact === 'profile-summary.json');
    expect(profile?.summary).toContain('weave_reply');
    expect(document.evidence.map(({ summary }) => summary).join('\n')).toMatch(/process \d+ \(warp\)/);

    const approve = spawn(process.execPath, [cli, 'approve', endpoint, '--address', ready.address, '--json'], {
      cwd: folder,
      env: { ...process.env, ...env },
    });
    children.push(approve);
    expect((await once(approve, 'exit'))[0]).toBe(0);
    for (let tries = 0; !ledger.words.includes('OPEN') && tries < 100; tries++) await sleep(200);
    expect(ledger.words).toEqual(['OPEN']);
  });
});

/** The fake notifier tells when the report is there; the hook serves it. */
async function untilReported(hook: string, page: string): Promise<Document> {
  for (let tries = 0; tries < 450; tries++) {
    const lines = await readFile(page, 'utf8').then(
      (text) => text.trim().split('\n'),
      () => [],
    );
    const told = lines
      .map((line) => JSON.parse(line) as { event: string; incidentId: string })
      .find(({ event }) => event === 'report-ready');
    if (told !== undefined) {
      const report = await fetch(`${hook}/incidents/${encodeURIComponent(told.incidentId)}/report.json`, {
        headers: { authorization: 'Bearer look' },
      });
      expect(report.status).toBe(200);
      const answer = (await report.json()) as Document | { incident: Document };
      return 'incident' in answer ? answer.incident : answer;
    }
    await sleep(200);
  }
  throw new Error('the incident did not come to a report');
}
