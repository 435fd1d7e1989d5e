/** `/healthz` and `/readyz` of a worker, for an orchestrator. Nothing else is served, and no token is needed. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import { UnreadableInputError } from '../core/model/errors.js';
import { notYetConnected, type WorkerHealth } from './worker-health.js';

interface HealthServer {
  /** `http://127.0.0.1:8091` */
  origin: string;
  close: () => Promise<void>;
}

export interface Probe {
  /** Null when nothing is served. */
  origin: string | null;
  /** Answers with this from now on; until then the worker is not ready. */
  watch: (look: () => Promise<WorkerHealth>) => void;
  close: () => Promise<void>;
}

/** Without an address, nothing is served. */
export async function openProbe(address: string | null): Promise<Probe> {
  let look = (): Promise<WorkerHealth> => Promise.resolve(notYetConnected);
  const server = address === null ? null : await serveHealth(address, () => look());
  return {
    origin: server?.origin ?? null,
    watch: (next) => (look = next),
    close: async () => server?.close(),
  };
}

const requestWithinMs = 5_000;
const mostConnections = 50;

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  response.end(`${JSON.stringify(body)}\n`);
}

async function respond(path: string, response: ServerResponse, look: () => Promise<WorkerHealth>): Promise<void> {
  const { isAlive, isReady, queues, problem } = await look();
  if (path === '/healthz') answer(response, isAlive ? 200 : 503, isAlive ? { ok: true } : { ok: false, error: problem });
  else answer(response, isReady ? 200 : 503, { ready: isReady, queues, ...(problem === null ? {} : { error: problem }) });
}

/** Port 0 takes a free one. Throws UnreadableInputError when the address cannot be used. */
async function serveHealth(address: string, look: () => Promise<WorkerHealth>): Promise<HealthServer> {
  const separator = address.lastIndexOf(':');
  const host = address.slice(0, separator).replaceAll(/[[\]]/g, '');
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    if (path !== '/healthz' && path !== '/readyz') answer(response, 404, { error: 'not found; expected /healthz or /readyz' });
    else if (request.method !== 'GET' && request.method !== 'HEAD') answer(response, 405, { error: 'expected GET' });
    else respond(path, response, look).catch((error: unknown) => answer(response, 503, { error: String(error) }));
  });
  server.requestTimeout = requestWithinMs;
  server.headersTimeout = requestWithinMs;
  server.maxConnections = mostConnections;
  const port = await listen(server, host, Number(address.slice(separator + 1)));
  return {
    origin: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    close: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'something else listens there' : error.message;
      const message = `--health-address: expected to listen on ${host}:${port}, but ${why}; choose another port (--health-address or worker.health of the catalog)`;
      reject(new UnreadableInputError(message, { cause: error }));
    });
    server.listen(port, host, resolve);
  });
  const bound = server.address();
  return typeof bound === 'object' && bound !== null ? bound.port : port;
}
