/** What one run of the crash matrix needs: a Temporal server on a file, a service that burns CPU, and the responder's own worker, each a process to kill. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { freePort } from '../../adapters/kernel/free-port.js';
import { findTool } from '../../config/find-tool.js';
import { projectRoot } from '../../lab/program-path.js';

/** `/stats` tells the most connections that were ever open at once: the users of one load, and twice that as soon as two loads run. */
const service = `
const http = require('node:http');
function burn(rounds) { let sum = 0; for (let i = 0; i < rounds; i += 1) sum = (sum * 31 + Math.sqrt(i)) % 1000003; return sum; }
let open = 0, mostOpen = 0;
const server = http.createServer((request, response) => {
  if (request.url === '/stats') return response.end(JSON.stringify({ mostOpen }));
  response.end(String(burn(600000)));
});
server.on('connection', (socket) => { open += 1; mostOpen = Math.max(mostOpen, open); socket.on('close', () => { open -= 1; }); });
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;

export const users = 3;

export interface Place {
  folder: string;
  address: string;
  start: { temporal: () => Promise<void>; worker: () => Promise<void> };
  kill: (victim: 'worker' | 'temporal' | 'k6') => Promise<boolean>;
  mostOpen: () => Promise<number>;
  /** k6 processes of this place. */
  loads: () => Promise<number[]>;
  release: () => Promise<void>;
}

async function end(child: ChildProcess | undefined): Promise<boolean> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return false;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
  return true;
}

async function processesOf(folder: string, program: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
      return line.includes(folder) && name.trim() === program ? pid : null;
    }),
  );
  return found.filter((pid) => pid !== null);
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

export async function createPlace(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'crash-'));
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const temporalBinary = (await findTool('temporal', { say: () => undefined, allowDownload: true })).path;
  const shop = spawn(process.execPath, ['-e', service], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [told] = (await once(shop.stdout, 'data')) as [Buffer];
  const url = `http://127.0.0.1:${told.toString().trim()}/quotes`;
  const endpoint = `quotes: { url: '${url}', budgets: { p95Ms: 2 }, load: { executor: constant-vus, vus: ${users}, duration: 10s, warmUp: 1s } }`;
  await writeFile(join(folder, 'responder.yaml'), `version: 1\nservices: { shop: { endpoints: { ${endpoint} } } }\n`);
  const running: { temporal?: ChildProcess; worker?: ChildProcess } = {};
  const start: Place['start'] = {
    temporal: async () => {
      const files = ['--db-filename', join(folder, 'temporal.db'), '--log-level', 'never'];
      running.temporal = spawn(temporalBinary, ['server', 'start-dev', '--headless', '--port', String(port), ...files], {
        stdio: 'ignore',
      });
      await untilServed(address);
    },
    worker: async () => {
      const worker = spawn(process.execPath, [join(projectRoot(), 'bin', 'perf-responder.js'), 'worker', '--address', address, '--json'], {
        cwd: folder,
        env: { ...process.env, PERF_RESPONDER_DATA: join(folder, 'data') },
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      running.worker = worker;
      await Promise.race([once(worker.stdout, 'data'), once(worker, 'exit')]);
    },
  };
  return {
    ...{ folder, address, start },
    kill: async (victim) => {
      if (victim !== 'k6') return end(running[victim]);
      const loads = await processesOf(folder, 'k6');
      for (const pid of loads) process.kill(pid, 'SIGKILL');
      return loads.length > 0;
    },
    mostOpen: async () => {
      const response = await fetch(new URL('/stats', url), { headers: { connection: 'close' } });
      return ((await response.json()) as { mostOpen: number }).mostOpen;
    },
    loads: () => processesOf(folder, 'k6'),
    release: async () => {
      for (const child of [running.worker, running.temporal, shop]) await end(child);
      // A load that lost its worker has up to ten seconds to go.
      for (let waits = 0; waits < 20 && (await processesOf(folder, 'k6')).length > 0; waits += 1) await delay(500);
      await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 250 });
    },
  };
}
