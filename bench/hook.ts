/**
 * `npm run bench:hook`: what the alert hook does with a storm of alerts that it knows. 32 connections send the same Alertmanager group again and again;
 * the bar is 2,000 deliveries a second with p99 below 50 ms and none lost.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDevServer } from '../adapters/temporal/dev-server.js';
import { freePort } from '../adapters/kernel/free-port.js';
import { findTool } from '../config/find-tool.js';
import { projectRoot } from '../lab/program-path.js';
import { incidentSearchAttributes } from '../workflows/respond/search-attributes.js';

const connections = 32;
const endpoints = 20;
const seconds = Number(process.argv[2] ?? 10);
const bar = { perSecond: 2_000, p99Ms: 50 };
const token = 'token-of-the-bench';

interface Tally {
  accepted: number;
  refused: number;
  latenciesMs: number[];
  incidents: Set<string>;
}

function catalog(): string {
  const lines = Array.from(
    { length: endpoints },
    (_, index) => `      e${index}: { url: 'http://127.0.0.1:1/${index}', budgets: { p95Ms: 100 } }`,
  );
  return `version: 1\nhook: { sources: { alertmanager: { bearer: { env: BENCH_TOKEN } } } }\nservices:\n  shop:\n    endpoints:\n${lines.join('\n')}\n`;
}

function group(index: number): string {
  const labels = { alertname: 'HighLatency', service: 'shop', endpoint: `shop/e${index}` };
  const alert = {
    status: 'firing',
    labels,
    annotations: { summary: 'slow' },
    startsAt: '2026-01-01T00:00:00Z',
    endsAt: '0001-01-01T00:00:00Z',
    fingerprint: `f${index}`,
  };
  return JSON.stringify({
    version: '4',
    groupKey: `g${index}`,
    status: 'firing',
    receiver: 'r',
    groupLabels: {},
    commonLabels: {},
    commonAnnotations: {},
    externalURL: '',
    alerts: [alert],
  });
}

async function post(agent: Agent, origin: string, body: string, tally: Tally): Promise<void> {
  const startedAt = performance.now();
  const headers = { authorization: `Bearer ${token}`, 'content-length': Buffer.byteLength(body) };
  const sending = request(`${origin}/alerts/alertmanager`, { method: 'POST', agent, headers });
  sending.end(body);
  const [response] = (await once(sending, 'response')) as [NodeJS.ReadableStream & { statusCode: number }];
  let text = '';
  for await (const chunk of response) text += String(chunk);
  tally.latenciesMs.push(performance.now() - startedAt);
  const incident = /"incidentId":"([^"]+)"/.exec(text)?.[1];
  if (response.statusCode === 202 && incident !== undefined) {
    tally.accepted += 1;
    tally.incidents.add(incident);
  } else tally.refused += 1;
}

async function storm(origin: string): Promise<Tally> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const fresh = (): Tally => ({ accepted: 0, refused: 0, latenciesMs: [], incidents: new Set() });
  const bodies = Array.from({ length: endpoints }, (_, index) => group(index));
  const first = fresh();
  for (const body of bodies) await post(agent, origin, body, first);
  if (first.refused > 0) throw new Error(`expected every first alert to be taken, but ${first.refused} were refused`);
  const tally = fresh();
  const end = performance.now() + seconds * 1000;
  const sender = async (from: number): Promise<void> => {
    for (let index = from; performance.now() < end; index++) await post(agent, origin, bodies[index % endpoints] ?? '', tally);
  };
  await Promise.all(Array.from({ length: connections }, (_, index) => sender(index)));
  agent.destroy();
  for (const incident of tally.incidents)
    if (!first.incidents.has(incident)) throw new Error(`${incident} is no incident of the first alerts`);
  return tally;
}

async function withHook<T>(folder: string, address: string, work: (origin: string) => Promise<T>): Promise<T> {
  const file = join(folder, 'responder.yaml');
  await writeFile(file, catalog());
  const program = [
    join(projectRoot(), 'bin', 'perf-responder.js'),
    'hook',
    '--catalog',
    file,
    '--listen',
    '127.0.0.1:0',
    '--address',
    address,
    '--json',
  ];
  const env = { PATH: process.env['PATH'] ?? '', BENCH_TOKEN: token, PERF_RESPONDER_DATA: join(folder, 'data') };
  const hook = spawn(process.execPath, program, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [line] = (await once(hook.stdout, 'data')) as [Buffer];
    return await work(/"hook":\s*"([^"]+)"/.exec(line.toString())?.[1] ?? '');
  } finally {
    hook.kill('SIGTERM');
    await once(hook, 'exit');
  }
}

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-hook-'));
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const { path } = await findTool('temporal', { say, allowDownload: true });
  const types = { KEYWORD: 'Keyword', KEYWORD_LIST: 'KeywordList', DOUBLE: 'Double', BOOL: 'Bool' } as const;
  const server = await startDevServer({
    ...{ binary: path, directory: folder, port: await freePort(), uiPort: await freePort(), namespace: 'default', readyWithinMs: 60_000 },
    searchAttributes: Object.fromEntries(incidentSearchAttributes.map(({ name, type }) => [name, types[type]])),
    signal: new AbortController().signal,
  });
  try {
    const tally = await withHook(folder, server.address, storm);
    const sorted = tally.latenciesMs.sort((a, b) => a - b);
    const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Infinity;
    const perSecond = tally.accepted / seconds;
    process.stdout.write(
      `${connections} connections, ${endpoints} endpoints, ${seconds} s: ${perSecond.toFixed(0)} known deliveries/s, p50 ${at(0.5).toFixed(1)} ms, p99 ${at(0.99).toFixed(1)} ms, ${tally.refused} refused\n`,
    );
    if (perSecond < bar.perSecond || at(0.99) > bar.p99Ms || tally.refused > 0) {
      process.stdout.write(`below the bar: ${bar.perSecond}/s, p99 ${bar.p99Ms} ms, none refused\n`);
      process.exitCode = 1;
    }
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

await main();
