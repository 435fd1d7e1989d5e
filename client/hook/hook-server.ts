import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UnreadableInputError } from '../../core/model/errors.js';
import { problem, sendAnswer, type Answer } from './answer.js';
import { hasAnySecret, readHookCredentials } from './credentials.js';
import type { HookDependencies } from './hook-dependencies.js';
import { createHookMetrics, type HookMetrics } from './hook-metrics.js';
import { readRawBody } from './read-body.js';
import { receiveAlerts } from './receive-alerts.js';
import { parseIncidentPath, showIncident } from './show-incident.js';
import { alertSources } from './sources/registry.js';

export interface RunningHook {
  /** `http://127.0.0.1:8090` */
  origin: string;
  /** Answers what is in progress, then stops. */
  close(): Promise<void>;
}

/** Who sends headers this slowly only holds a connection open. */
const headersWithinMs = 10_000;
const checkConnectionsEveryMs = 2_000;

const retryAfter = { 'retry-after': '5' };

async function answerAlerts(deps: HookDependencies, metrics: HookMetrics, name: string, request: IncomingMessage): Promise<Answer> {
  const source = alertSources.find((candidate) => candidate.name === name);
  if (source !== undefined && request.method === 'POST') return await receiveAlerts(deps, metrics, source, request);
  // The body is read so that the sender gets the answer and not a reset.
  await readRawBody(request, 0);
  if (source !== undefined) return problem(405, 'expected POST', {}, { allow: 'POST' });
  return problem(404, `source not known; expected one of ${alertSources.map((candidate) => candidate.name).join(', ')}`);
}

async function ready(deps: HookDependencies): Promise<Answer> {
  try {
    await deps.incidents.ping();
    return { status: 200, body: { ready: true } };
  } catch (error) {
    deps.log(`not ready: ${error instanceof Error ? error.message : String(error)}`);
    return problem(503, 'Temporal cannot be reached', { ready: false }, retryAfter);
  }
}

const fixedPaths = ['/healthz', '/readyz', '/metrics'];

async function answerGet(deps: HookDependencies, metrics: HookMetrics, request: IncomingMessage, url: URL): Promise<Answer> {
  const path = parseIncidentPath(url.pathname);
  if (path === null && !fixedPaths.includes(url.pathname)) {
    await readRawBody(request, 0);
    return problem(
      404,
      'not found; expected POST /alerts/SOURCE, or GET of /healthz, /readyz, /metrics, /incidents/ID or /incidents/ID/report',
    );
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    await readRawBody(request, 0);
    return problem(405, 'expected GET', {}, { allow: 'GET, HEAD' });
  }
  if (url.pathname === '/healthz') return { status: 200, body: { ok: true } };
  if (url.pathname === '/readyz') return await ready(deps);
  if (url.pathname === '/metrics')
    return { status: 200, body: await metrics.registry.metrics(), contentType: metrics.registry.contentType };
  return path === null ? problem(404, 'not found') : await showIncident(deps, request, path, url.searchParams);
}

async function answer(deps: HookDependencies, metrics: HookMetrics, request: IncomingMessage): Promise<Answer> {
  const target = `http://hook${request.url ?? '/'}`;
  if (!URL.canParse(target)) return problem(400, 'the address cannot be read');
  const url = new URL(target);
  const alerts = /^\/alerts\/([a-z]+)$/.exec(url.pathname);
  if (alerts?.[1] === undefined) return await answerGet(deps, metrics, request, url);
  const result = await answerAlerts(deps, metrics, alerts[1], request);
  const source = alertSources.some(({ name }) => name === alerts[1]) ? alerts[1] : 'other';
  metrics.deliveries.inc({ source, status: String(result.status) });
  return result;
}

async function handle(deps: HookDependencies, metrics: HookMetrics, request: IncomingMessage, response: ServerResponse): Promise<void> {
  let result: Answer;
  try {
    result = await answer(deps, metrics, request);
  } catch (error) {
    // Senders drop what gets a 4xx and repeat what gets a 5xx: whatever failed here is ours.
    deps.log(
      `${request.method ?? ''} ${(request.url ?? '').split('?')[0] ?? ''}: ${error instanceof Error ? error.message : String(error)}`,
    );
    result = problem(503, 'the responder cannot take this now; send it again', {}, retryAfter);
  }
  if (!response.destroyed) sendAnswer(response, result);
}

async function listen(server: Server, host: string, port: number): Promise<AddressInfo> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const free =
        error.code === 'EADDRINUSE'
          ? 'something else listens there; choose another port with --hook-port or hook.listen'
          : `${error.message}; choose an address of this machine`;
      reject(new UnreadableInputError(`hook: expected to listen on ${host}:${port}, but ${free}`, { cause: error }));
    });
    server.listen(port, host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the hook listens on no port');
  return address;
}

/**
 * Starts the alert hook of design §5. Port 0 takes a free one.
 * Throws UnreadableInputError when no source has a secret (fails closed) or the port is taken.
 */
export async function startHook(deps: HookDependencies, address: { host: string; port: number }): Promise<RunningHook> {
  if (!hasAnySecret(readHookCredentials(deps.catalog, deps.madeToken))) {
    throw new UnreadableInputError(
      'hook: expected a secret for at least one source, got none; set RESPONDER_HOOK_TOKEN or RESPONDER_HOOK_SECRET, or the variables and files that hook.sources of the catalog names',
    );
  }
  const metrics = createHookMetrics();
  const server = createServer(
    { connectionsCheckingInterval: checkConnectionsEveryMs },
    (request, response) => void handle(deps, metrics, request, response),
  );
  server.requestTimeout = 60_000;
  server.headersTimeout = headersWithinMs;
  const { port } = await listen(server, address.host, address.port);
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return {
    origin: `http://${host}:${port}`,
    close: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        setTimeout(() => server.closeAllConnections(), 5000).unref();
      });
    },
  };
}
