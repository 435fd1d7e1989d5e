/** What one run of the crash matrix needs: a Temporal server on a file, a service with its database, and the responder's own worker, each a process to kill. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { freePort } from '../../adapters/kernel/free-port.js';
import { findTool } from '../../config/find-tool.js';
import { projectRoot } from '../../lab/program-path.js';
import { startCrashDatabase, type CrashDatabase } from './database.js';
import { killed, listensOn, processesOf } from './kill.js';

/**
 * Slow by the index that its table misses. `/stats` tells the most connections that were ever open at once: the users of one load, and twice that as soon
 * as two loads run.
 */
const service = `
const http = require('node:http');
const { Pool } = require('pg');
const pool = new Pool({ connectionString: process.env.CRASH_DB, max: 4, application_name: 'shop' });
pool.on('error', () => {});
let open = 0, mostOpen = 0;
const server = http.createServer((request, response) => {
  if (request.url === '/stats') return response.end(JSON.stringify({ mostOpen }));
  pool.query('SELECT count(*) FROM trips WHERE driver = $1', [Math.floor(Math.random() * 5000)]).then(
    ({ rows }) => response.end(JSON.stringify(rows[0])),
    (error) => { response.statusCode = 500; response.end(error.message); });
});
server.on('connection', (socket) => { open += 1; mostOpen = Math.max(mostOpen, open); socket.on('close', () => { open -= 1; }); });
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;

export const users = 3;
export const victims = ['worker', 'temporal', 'k6', 'database'] as const;
export type Victim = (typeof victims)[number];

/** An inspector that lost its leaseholder closes itself within this. */
const inspectorLeaseMs = 15_000;

export interface Place {
  address: string;
  database: CrashDatabase;
  start: { temporal: () => Promise<void>; worker: () => Promise<void> };
  /** Kills it, and starts it again half a second later. False: there was nothing to kill. */
  strike: (victim: Victim) => Promise<boolean>;
  mostOpen: () => Promise<number>;
  /** k6 processes of this place. */
  loads: () => Promise<number[]>;
  /** Whether the service still listens for debuggers when every lease must have ended. */
  isInspectorOpen: () => Promise<boolean>;
  release: () => Promise<void>;
}

async function untilServed(address: string): Promise<void> {
  for (;;) {
    const connection = await Connection.connect({ address, connectTimeout: 500 }).catch(() => null);
    if (connection !== null) {
      await connection.close();
      return;
    }
    await delay(100);
  }
}

async function writeCatalog(folder: string, url: string): Promise<void> {
  const load = `load: { executor: constant-vus, vus: ${users}, duration: 10s, warmUp: 1s }`;
  const endpoint = `quotes: { url: '${url}', budgets: { p95Ms: 8 }, ${load} }`;
  const database = 'databases: { main: { kind: postgres, connection: { env: CRASH_DB } } }, remedies: [create-index]';
  await writeFile(join(folder, 'responder.yaml'), `version: 1\nservices: { shop: { ${database}, endpoints: { ${endpoint} } } }\n`);
}

async function startShop(databaseUrl: string): Promise<{ shop: ChildProcess; origin: string; port: number }> {
  const env = { PATH: process.env['PATH'] ?? '', CRASH_DB: databaseUrl };
  const shop = spawn(process.execPath, ['-e', service], { cwd: projectRoot(), env, stdio: ['ignore', 'pipe', 'ignore'] });
  const [told] = (await once(shop.stdout, 'data')) as [Buffer];
  const port = Number(told.toString().trim());
  return { shop, port, origin: `http://127.0.0.1:${port}` };
}

interface Running {
  temporal?: ChildProcess;
  worker?: ChildProcess;
}

async function starters(folder: string, address: string, databaseUrl: string, running: Running): Promise<Place['start']> {
  const temporalBinary = (await findTool('temporal', { say: () => undefined, allowDownload: true })).path;
  const port = address.split(':')[1] ?? '';
  return {
    temporal: async () => {
      const files = ['--db-filename', join(folder, 'temporal.db'), '--log-level', 'never'];
      const options = ['server', 'start-dev', '--headless', '--port', port, ...files];
      running.temporal = spawn(temporalBinary, options, { stdio: 'ignore' });
      await untilServed(address);
    },
    worker: async () => {
      const program = [join(projectRoot(), 'bin', 'perf-responder.js'), 'worker', '--address', address, '--json'];
      const env = { ...process.env, PERF_RESPONDER_DATA: join(folder, 'data'), CRASH_DB: databaseUrl };
      const worker = spawn(process.execPath, program, { cwd: folder, env, stdio: ['ignore', 'pipe', 'ignore'] });
      running.worker = worker;
      await Promise.race([once(worker.stdout, 'data'), once(worker, 'exit')]);
    },
  };
}

export async function createPlace(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'crash-'));
  const address = `127.0.0.1:${await freePort()}`;
  const database = await startCrashDatabase();
  const { shop, origin, port } = await startShop(database.url);
  await writeCatalog(folder, `${origin}/quotes`);
  const running: Running = {};
  const start = await starters(folder, address, database.url, running);
  const loads = (): Promise<number[]> => processesOf(folder, 'k6');
  const kill: Record<Victim, () => Promise<boolean>> = {
    worker: () => killed(running.worker),
    temporal: () => killed(running.temporal),
    k6: async () => {
      const all = await loads();
      for (const pid of all) process.kill(pid, 'SIGKILL');
      return all.length > 0;
    },
    database: database.kill,
  };
  const again = { ...start, k6: () => Promise.resolve(), database: database.start };
  return {
    ...{ address, database, start, loads },
    strike: async (victim) => {
      const struck = await kill[victim]();
      await delay(500);
      await again[victim]();
      return struck;
    },
    mostOpen: async () => {
      const response = await fetch(`${origin}/stats`, { headers: { connection: 'close' } });
      return ((await response.json()) as { mostOpen: number }).mostOpen;
    },
    isInspectorOpen: async () => {
      const isOpen = async (): Promise<boolean> => (await listensOn(shop.pid ?? 0)).some((one) => one !== port);
      for (let waitedMs = 0; waitedMs < inspectorLeaseMs && (await isOpen()); waitedMs += 500) await delay(500);
      return await isOpen();
    },
    release: async () => {
      for (const child of [running.worker, running.temporal, shop]) await killed(child);
      // A load that lost its worker has up to ten seconds to go.
      for (let waits = 0; waits < 20 && (await loads()).length > 0; waits += 1) await delay(500);
      await database.release();
      await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 250 });
    },
  };
}
