import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { UnreadableInputError } from '../../core/model/errors.js';
import { createAdmission } from './access/admission.js';
import { problem, sendAnswer, type Answer } from './answer.js';
import { hasAnySecret, readHookCredentials } from './access/credentials.js';
import type { HookDependencies } from './hook-dependencies.js';
import { createHookMetrics, type HookMetrics } from './hook-metrics.js';
import { receiveAlerts, type Delivery, type HookGuards } from './receive-alerts.js';
import { receiveChanges } from './receive-changes.js';
import { parseCodecPath, receivePayloads } from './receive-payloads.js';
import { printableLine } from './printable-line.js';
import { createReplayMemory } from './access/signature-time.js';
import { parseIncidentPath, showIncident } from './show-incident.js';
import { answerPages, parsePagePath } from './pages/answer-pages.js';
import { createLiveEvents, type LiveEvents } from './pages/live-events.js';
import { alertSources } from './sources/registry.js';
import { readTlsFiles, type TlsFiles } from './access/tls-files.js';

export interface RunningHook {
  /** `http://127.0.0.1:8090` */
  origin: string;
  /** Answers the requests in progress, then stops. */
  close(): Promise<void>;
}

/** A client that sends its headers more slowly only holds a connection open. */
const headersWithinMs = 10_000;
const checkConnectionsEveryMs = 2_000;

const retryAfter = { 'retry-after': '5' };

interface HookParts {
  deps: HookDependencies;
  metrics: HookMetrics;
  guards: HookGuards;
  ready: () => Promise<Answer>;
  live: LiveEvents;
}

async function answerAlerts({ deps, metrics, guards }: HookParts, name: string, delivery: Delivery): Promise<Answer> {
  const { request } = delivery;
  const source = alertSources.find((candidate) => candidate.name === name);
  if (source !== undefined && request.method === 'POST') return await receiveAlerts(deps, metrics, guards, source, delivery);
  if (source !== undefined) return problem(405, 'expected POST', {}, { allow: 'POST' });
  return problem(404, `source not known; expected one of ${alertSources.map((candidate) => candidate.name).join(', ')}`);
}

/** However many ask within this time, one call is made to Temporal. */
const readyForMs = 2_000;

function cachedReady(deps: HookDependencies): () => Promise<Answer> {
  let last: { atMs: number; answer: Promise<Answer> } | null = null;
  return () => {
    if (last === null || Date.now() - last.atMs > readyForMs) last = { atMs: Date.now(), answer: askReady(deps) };
    return last.answer;
  };
}

async function askReady(deps: HookDependencies): Promise<Answer> {
  try {
    await deps.incidents.ping();
    return { status: 200, body: { ready: true } };
  } catch (error) {
    deps.log(`not ready: ${error instanceof Error ? error.message : String(error)}`);
    return problem(503, 'Temporal cannot be reached', { ready: false }, retryAfter);
  }
}

const fixedPaths = ['/healthz', '/readyz', '/metrics'];

async function answerGet({ deps, metrics, ready }: HookParts, request: IncomingMessage, url: URL): Promise<Answer> {
  const path = parseIncidentPath(url.pathname);
  if (path === null && !fixedPaths.includes(url.pathname)) {
    return problem(
      404,
      'not found; expected POST /alerts/SOURCE or /changes, or GET of /healthz, /readyz, /metrics, /incidents/ID, /incidents/ID/report or /incidents/ID/artifacts/NAME',
    );
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return problem(405, 'expected GET', {}, { allow: 'GET, HEAD' });
  }
  if (url.pathname === '/healthz') return { status: 200, body: { ok: true } };
  if (url.pathname === '/readyz') return await ready();
  if (url.pathname === '/metrics')
    return { status: 200, body: await metrics.registry.metrics(), contentType: metrics.registry.contentType };
  return path === null ? problem(404, 'not found') : await showIncident(deps, request, path, url.searchParams);
}

async function answer(parts: HookParts, delivery: Delivery): Promise<Answer> {
  const { request } = delivery;
  const target = `http://hook${request.url ?? '/'}`;
  if (!URL.canParse(target)) return problem(400, 'the address cannot be read');
  const url = new URL(target);
  if (url.pathname === '/changes')
    return request.method === 'POST'
      ? await receiveChanges(parts.deps, parts.guards, delivery)
      : problem(405, 'expected POST', {}, { allow: 'POST' });
  const codec = parseCodecPath(url.pathname);
  if (codec !== null) return await receivePayloads(parts.deps, parts.guards, delivery, codec);
  const alerts = /^\/alerts\/([a-z]+)$/.exec(url.pathname);
  if (alerts?.[1] === undefined) return await answerGet(parts, request, url);
  const result = await answerAlerts(parts, alerts[1], delivery);
  const source = alertSources.some(({ name }) => name === alerts[1]) ? alerts[1] : 'other';
  parts.metrics.deliveries.inc({ source, status: String(result.status) });
  return result;
}

/** Null: not a page, or a page that answers by itself. */
async function answerPage({ deps, live, guards }: HookParts, request: IncomingMessage, response: ServerResponse): Promise<Answer | null> {
  const target = `http://hook${request.url ?? '/'}`;
  if (!URL.canParse(target)) return null;
  const url = new URL(target);
  const shown = await deps.statusPages(request, url);
  if (shown !== null) return shown;
  const path = parsePagePath(url.pathname);
  return path === null
    ? null
    : await answerPages({ deps, incidents: deps.pages, live, forms: guards.admission.forms }, { request, response, url }, path);
}

/** For the log: the path without the token that a Web UI may have to put into it. */
function withoutToken(target: string): string {
  return (target.split('?')[0] ?? '').replace(/^\/codec\/[^/]+\/(?=decode|encode)/, '/codec/…/');
}

async function handle(parts: HookParts, request: IncomingMessage, response: ServerResponse, isAsking: boolean): Promise<void> {
  const { deps } = parts;
  let result: Answer | null;
  try {
    result =
      (await answerPage(parts, request, response)) ??
      (response.headersSent ? null : await answer(parts, { request, wantBody: () => (isAsking ? response.writeContinue() : undefined) }));
  } catch (error) {
    // Senders drop what gets a 4xx and repeat what gets a 5xx. Whatever failed here is our own fault.
    deps.log(`${request.method ?? ''} ${withoutToken(request.url ?? '')}: ${error instanceof Error ? error.message : String(error)}`);
    result = problem(503, 'the responder cannot take this now; send it again', {}, retryAfter);
  }
  if (result !== null && !response.destroyed) sendAnswer(response, patient(parts, request, result));
}

const credentialsDenied = [401, 403];

/** Slows down whoever guesses a token, a signature or a link, on any route. Pages of the codec keep the headers that let them read the reason. */
function patient({ guards }: HookParts, { socket }: IncomingMessage, result: Answer): Answer {
  if (!credentialsDenied.includes(result.status) || guards.admission.denied(socket.remoteAddress ?? '')) return result;
  const { 'www-authenticate': _asks, ...kept } = result.headers ?? {};
  return problem(429, 'too many wrong credentials; try again later', {}, { ...kept, 'retry-after': '1' });
}

/** More connections are refused at once; an Alertmanager cluster holds a handful open. */
const mostConnections = 1_000;
/** Bytes kept of a body that nobody reads, per connection. */
const unreadBytes = 16 * 1024;
/** A renewed certificate is used without a restart. */
const renewEveryMs = 60_000;

type Handler = (request: IncomingMessage, response: ServerResponse, isAsking: boolean) => void;

function createListener({ catalog }: HookDependencies, handler: Handler): { server: Server; scheme: string; stopRenewing: () => void } {
  const options = { connectionsCheckingInterval: checkConnectionsEveryMs, highWaterMark: unreadBytes };
  const tls = catalog.hook?.tls;
  const files = tls === undefined ? null : (): TlsFiles => readTlsFiles(catalog, tls);
  const secure = files === null ? null : createSecureServer({ ...options, ...files(), minVersion: 'TLSv1.2' });
  const server = secure ?? createServer(options);
  server.maxConnections = mostConnections;
  server.on('request', (request, response) => handler(request, response, false));
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => handler(request, response, true));
  const renew = (): void => {
    try {
      if (files !== null) secure?.setSecureContext(files());
    } catch {
      // The file is half written: the next look finds it whole, and the previous certificate counts until then.
    }
  };
  const timer = secure === null ? undefined : setInterval(renew, renewEveryMs).unref();
  return { server, scheme: secure === null ? 'http' : 'https', stopRenewing: () => clearInterval(timer) };
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

/** Starts the alert hook. Port 0 takes a free one. Throws UnreadableInputError when no source has a secret (fails closed) or when the port is taken. */
export async function startHook(deps: HookDependencies, address: { host: string; port: number }): Promise<RunningHook> {
  if (!hasAnySecret(readHookCredentials(deps.catalog, deps.madeToken))) {
    throw new UnreadableInputError(
      'hook: expected a secret for at least one source, got none; set RESPONDER_HOOK_TOKEN or RESPONDER_HOOK_SECRET, or the variables and files that hook.sources of the catalog names',
    );
  }
  const admission = createAdmission(Date.now, { perSource: deps.catalog.hook?.rateLimit ?? null });
  const plain: HookDependencies = { ...deps, log: (message) => deps.log(printableLine(message)) };
  const guards = { admission, replays: createReplayMemory(Date.now) };
  const live = createLiveEvents((id) => plain.pages.status(id));
  const parts = { deps: plain, metrics: createHookMetrics(plain.incidents), guards, ready: cachedReady(plain), live };
  const { server, scheme, stopRenewing } = createListener(
    deps,
    (request, response, isAsking) => void handle(parts, request, response, isAsking),
  );
  server.requestTimeout = 60_000;
  server.headersTimeout = headersWithinMs;
  const { port } = await listen(server, address.host, address.port);
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return {
    origin: `${scheme}://${host}:${port}`,
    close: async () => {
      stopRenewing();
      live.close();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        setTimeout(() => server.closeAllConnections(), 5000).unref();
      });
    },
  };
}
