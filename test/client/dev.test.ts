import { spawn, type ChildProcess } from 'node:child_process';
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writePublished } from '../../adapters/status-page/published-incidents.js';
import { until } from '../support/until.js';
import { documentOf, runCli } from './run-cli.js';

interface Ready {
  ready: true;
  address: string;
  ui: string;
  hook: string;
  hookToken?: string;
}

interface Dev {
  process: ChildProcess;
  ready: Ready;
  /** Everything on standard output so far. */
  out: () => string;
  /** The same of standard error. */
  err: () => string;
  exit: Promise<number | null>;
}

let cwd: string;
/** Slow enough to break its budget, for as long as a test lasts. */
const slowService = createHttpServer((_request, response) => setTimeout(() => response.end('found'), 100));
const running: Dev[] = [];

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'perf-dev-'));
  await new Promise<void>((done) => slowService.listen(0, '127.0.0.1', done));
  const { port } = slowService.address() as AddressInfo;
  const endpoint = `search: { url: "http://127.0.0.1:${port}/search", budgets: { p95Ms: 50 }, load: { vus: 2, duration: 60s } }`;
  await writeFile(join(cwd, 'responder.yaml'), `version: 1\nservices: { shop: { profiler: perf, endpoints: { ${endpoint} } } }\n`);
});

afterAll(async () => {
  for (const dev of running) if (dev.process.exitCode === null) dev.process.kill('SIGKILL');
  slowService.closeAllConnections();
  slowService.close();
  await rm(cwd, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
});

const devArguments = ['dev', '--temporal-port', '0', '--ui-port', '0', '--hook-port', '0', '--data', 'data', '--json'];

async function startDev(env: Record<string, string> = {}): Promise<Dev> {
  const child = spawn(process.execPath, [resolve('bin/perf-responder.js'), ...devArguments], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const exit = new Promise<number | null>((done) => child.on('close', done));
  const ready = await new Promise<Ready>((done, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      if (out.includes('\n')) done(JSON.parse(out.split('\n')[0] ?? '') as Ready);
    });
    void exit.then((code) => reject(new Error(`dev ended with ${String(code)}: ${err}`)));
  });
  const dev = { process: child, ready, out: () => out, err: () => err, exit };
  running.push(dev);
  return dev;
}

async function isUp(origin: string): Promise<boolean> {
  return await fetch(origin, { signal: AbortSignal.timeout(20_000) }).then(
    () => true,
    () => false,
  );
}

/** What the hook and the worker keep is found without naming their folder, also by commands that need no Temporal. */
async function looksWhereTheWorkerLooks({ address, hook, hookToken }: Ready): Promise<void> {
  const change = { service: 'shop', kind: 'deploy', ref: 'v7', title: 'release 7' };
  const headers = { authorization: `Bearer ${hookToken ?? ''}` };
  expect((await fetch(`${hook}/changes`, { method: 'POST', headers, body: JSON.stringify(change) })).status).toBe(202);
  const times = {
    startedAt: null,
    createdAt: '2026-03-02T10:00:00Z',
    updatedAt: '2026-03-02T10:00:00Z',
    monitoringAt: null,
    resolvedAt: null,
  };
  const published = { id: 'INC-2026-0302-001', name: 'Slow', impact: 'minor', status: 'investigating', ...times, updates: [] } as const;
  await writePublished(join(cwd, 'data'), published);
  const [changes, page] = await Promise.all([
    runCli(['changes', '--since', '1h', '--address', address, '--json'], { cwd }),
    runCli(['status', 'publish', '--out', 'page', '--address', address, '--json'], { cwd }),
  ]);
  expect(documentOf(changes)).toMatchObject({ changes: expect.arrayContaining([expect.objectContaining({ ref: 'v7' })]) as unknown });
  expect(documentOf(page)).toMatchObject({ incidents: [{ id: 'INC-2026-0302-001' }] });
  const declared = await runCli(['incident', 'declare', 'Texts of people', '--address', address, '--json'], { cwd });
  const { id } = documentOf(declared) as { id: string };
  const written = await runCli(['incident', 'documents', id, '--out', 'told', '--address', address, '--json'], { cwd });
  expect([written.code, written.code === 0 ? '' : written.err]).toEqual([0, '']);
  expect(await readFile(join(cwd, 'told', 'incident.md'), 'utf8')).toContain('**Title**: Texts of people');
}

describe('perf-responder dev', () => {
  it('runs Temporal, worker and hook from one ready line until SIGTERM, and takes over after a kill', { timeout: 240_000 }, async () => {
    const first = await startDev();
    const { address, ui, hook, hookToken } = first.ready;
    expect(first.ready).toMatchObject({
      ready: true,
      address: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as string,
      hookToken: expect.any(String) as string,
    });
    // Said before the ready line, so that it is there.
    expect(first.err()).toContain(
      `stays in the foreground until Ctrl-C, on host ${hostname()} as user ${userInfo().username}: it profiles`,
    );
    expect([await isUp(ui), (await fetch(`${hook}/readyz`)).status]).toEqual([true, 200]);

    const headers = { authorization: `Bearer ${hookToken ?? ''}` };
    const body = JSON.stringify({
      version: '4',
      alerts: [
        {
          status: 'firing',
          labels: { service: 'shop', endpoint: 'search' },
          annotations: {},
          startsAt: '2026-11-24T10:00:00Z',
          fingerprint: 'f1',
        },
      ],
    });
    const post = async () =>
      (await (await fetch(`${hook}/alerts/alertmanager`, { method: 'POST', headers, body })).json()) as {
        incidents: { incidentId: string; started: boolean }[];
      };
    const { incidents } = await post();
    const incidentId = incidents[0]?.incidentId ?? '';
    expect([incidents[0]?.started, (await post()).incidents[0]]).toEqual([true, { incidentId, endpoint: 'shop/search', started: false }]);

    const cli = (...programArguments: string[]) => runCli([...programArguments, '--address', address, '--data', 'data', '--json'], { cwd });
    const listed = documentOf(await cli('list')) as { incidents: { startedAt: string }[] };
    expect(listed).toMatchObject({
      incidents: [{ incidentId, service: 'shop', endpoint: 'shop/search', endedAt: null }],
    });
    expect(documentOf(await cli('triage', 'shop/search', '--detach'))).toEqual({ incidentId, started: false });
    // A worker that is busy does not answer in time; whoever asks again hears.
    const status = await until(async () => {
      const asked = await cli('status', incidentId);
      return asked.code === 1 && asked.out.includes('no worker answers') ? null : asked;
    });
    expect(documentOf(status)).toMatchObject({
      incidentId,
      startedAt: listed.incidents[0]?.startedAt,
      phase: expect.any(String) as string,
      alerts: [{ source: 'alertmanager' }, { source: 'cli' }],
      needsHuman: expect.any(Boolean) as boolean,
    });
    expect(await (await fetch(`${hook}/incidents/${incidentId}`, { headers })).json()).toMatchObject({ incidentId });
    expect(documentOf(await cli('ack', 'shop/search', '--by', 'ada'))).toEqual({ incidentId, by: 'ada' });
    expect((await cli('approve', incidentId)).code).toBe(2);
    expect((await cli('status', 'shop/nothing')).code).toBe(2);
    expect(documentOf(await cli('close', 'shop/search'))).toMatchObject({ incidentId });
    await looksWhereTheWorkerLooks(first.ready);

    const second = await runCli(devArguments, { cwd });
    expect([second.code, second.err]).toEqual([2, expect.stringContaining('choose another folder with --data') as string]);
    expect(await isUp(ui)).toBe(true);

    first.process.kill('SIGKILL');
    await first.exit;
    const third = await startDev({ RESPONDER_HOOK_TOKEN: 'given' });
    expect(third.ready.hookToken).toBeUndefined();
    expect(await isUp(ui)).toBe(third.ready.ui === ui);
    const remembered = await runCli(['list', '--address', third.ready.address, '--json'], { cwd });
    expect(documentOf(remembered)).toMatchObject({ incidents: [{ incidentId }] });

    third.process.kill('SIGTERM');
    expect(await third.exit).toBe(0);
    expect(third.out().trim().split('\n')).toHaveLength(1);
    // A process that ended may be seen to end a moment before its port is free.
    await until(async () => !(await isUp(third.ready.ui)) && !(await isUp(third.ready.hook)));
  });

  it('is one message and exit code 2 when a port is taken, and gives the data folder back', { timeout: 90_000 }, async () => {
    const other = createServer();
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
    const port = String((other.address() as AddressInfo).port);
    const taken = await runCli(['dev', '--temporal-port', port, '--data', 'other', '--json'], { cwd });
    other.close();
    expect([taken.code, taken.err]).toEqual([2, expect.stringMatching(/--temporal-port: expected port \d+ to be free/) as string]);
    await expect(access(join(cwd, 'other', 'dev.lock'))).rejects.toThrow('ENOENT');
  });
});
