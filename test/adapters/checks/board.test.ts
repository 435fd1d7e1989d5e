import { createServer as createHttp, type RequestListener, type Server } from 'node:http';
import { createServer as createTcp, type AddressInfo, type Server as TcpServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collectHealth } from '../../../adapters/checks/collect-health.js';
import { checks } from '../../../adapters/checks/registry.js';
import { runChecks } from '../../../adapters/checks/run-checks.js';
import { freePort } from '../../../adapters/kernel/free-port.js';
import { checkAreas } from '../../../core/command/checks/check.js';
import { catalogOf, never } from '../../support/check-catalog.js';

const servers: (Server | TcpServer)[] = [];
const sockets = new Set<Socket>();

async function listen(server: Server | TcpServer): Promise<number> {
  servers.push(server);
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const http = (answer: RequestListener): Promise<number> => listen(createHttp(answer));
const ports = { up: 0, failing: 0, slow: 0, flapping: 0, hanging: 0, stalling: 0, silent: 0, dead: 0 };

beforeAll(async () => {
  ports.up = await http((_, response) => response.end('ok'));
  ports.failing = await http((_, response) => response.setHeader('content-type', 'application/health+json').end('{"status":"fail"}'));
  ports.slow = await http((_, response) => setTimeout(() => response.end('ok'), 1_400));
  let asked = 0;
  ports.flapping = await http((_, response) => {
    asked += 1;
    response.writeHead(asked % 2 === 0 ? 503 : 200).end();
  });
  ports.hanging = await http(() => undefined);
  // Headers come at once, the body never ends.
  ports.stalling = await http((_, response) => response.writeHead(200).write('{'));
  // Takes connections and never says a word: a database behind a dead proxy.
  ports.silent = await listen(createTcp(() => undefined));
  ports.dead = await freePort();
});

afterAll(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers) server.close();
});

/** By a timer of this process, which a busy machine holds up as it holds up those of the work. */
async function before<T>(limitMs: number, work: Promise<T>): Promise<T> {
  const enough = new AbortController();
  const late = delay(limitMs, undefined, { signal: enough.signal }).then(() => expect.fail(`it took more than ${limitMs} ms`));
  try {
    return await Promise.race([work, late]);
  } finally {
    enough.abort();
    await late.catch(() => undefined);
  }
}

const url = (port: number): string => `health: ['http://127.0.0.1:${port}/healthz']`;

describe('collectHealth', () => {
  it('tells up, down, slow and flapping of all services at once, within the time of three samples', async () => {
    // Long enough for a busy machine, and less than the three seconds after which no answer is down.
    const patient = 'slowAfter: 2900ms';
    const catalog = catalogOf({
      fine: `${url(ports.up)}, ${patient}`,
      failing: url(ports.failing),
      slow: url(ports.slow),
      flapping: `${url(ports.flapping)}, ${patient}`,
      hanging: url(ports.hanging),
      stalling: url(ports.stalling),
      dead: url(ports.dead),
      silent: '',
      tolerant: `${url(ports.slow)}, ${patient}`,
    });
    const shown: string[] = [];
    const services = await before(
      8_000,
      collectHealth({ catalog, services: null, signal: never, onService: ({ service }) => shown.push(service) }),
    );
    expect(Object.fromEntries(services.map(({ service, state }) => [service, state]))).toEqual({
      fine: 'up',
      failing: 'down',
      slow: 'slow',
      flapping: 'flapping',
      hanging: 'down',
      stalling: 'down',
      dead: 'down',
      silent: 'unknown',
      tolerant: 'up',
    });
    // What is ready is shown while others hang.
    expect(shown.indexOf('fine')).toBeLessThan(shown.indexOf('hanging'));
  });

  it('ends with its signal', async () => {
    const stop = new AbortController();
    const found = collectHealth({ catalog: catalogOf({ hanging: url(ports.hanging) }), services: null, signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(found).rejects.toThrow('enough');
  });

  it('is unknown, not up, for what was not through in time', async () => {
    const [found] = await collectHealth({
      catalog: catalogOf({ hanging: url(ports.hanging) }),
      services: null,
      signal: never,
      budgetMs: 300,
    });
    expect(found).toMatchObject({ state: 'unknown', checks: [{ verdict: 'unknown' }] });
  });
});

describe('runChecks', () => {
  it('is complete within 25 s when everything hangs: services, databases, dependencies, TLS, Prometheus, Loki', async () => {
    process.env['SILENT_POSTGRES'] = `postgres://u:secretword@127.0.0.1:${ports.silent}/d`;
    process.env['SILENT_MYSQL'] = `mysql://u:secretword@127.0.0.1:${ports.silent}/d`;
    process.env['SILENT_REDIS'] = `redis://:secretword@127.0.0.1:${ports.silent}/0`;
    const hanging = `http://127.0.0.1:${ports.hanging}`;
    const keys = `health: ['${hanging}/h'], dependencies: ['${hanging}/d', 'https://127.0.0.1:${ports.silent}/'], deploy: { versionUrl: '${hanging}/v' }, metrics: { errors: 'up', traffic: 'up' }, logs: [{ loki: '${hanging}', query: '{a="b"}' }], databases: { pg: { kind: postgres, connection: { env: SILENT_POSTGRES } }, my: { kind: mysql, connection: { env: SILENT_MYSQL } }, re: { kind: redis, connection: { env: SILENT_REDIS } } }`;
    const names = Array.from({ length: 8 }, (_, index) => `s${index}`);
    const catalog = catalogOf(Object.fromEntries(names.map((name) => [name, keys])), `observability: { prometheus: '${hanging}' }`);
    const startedAt = performance.now();
    const longest = delay(20_500).then(() => performance.now() - startedAt);
    const rows = await before(25_000, runChecks({ catalog, services: names, areas: null, signal: never }));
    expect(Math.max(...rows.map(({ tookMs }) => tookMs))).toBeLessThanOrEqual(Math.ceil(await longest));
    expect(new Set(rows.map(({ area }) => area))).toEqual(new Set(checkAreas));
    // Nothing of what hung is told as ok, and whatever is not ok says what to do.
    const hung = rows.filter(({ id }) => !id.startsWith('host.') && id !== 'network.tcp');
    expect(hung.filter(({ verdict }) => verdict === 'ok')).toEqual([]);
    expect(rows.filter(({ verdict, remedy }) => verdict !== 'ok' && remedy === null)).toEqual([]);
    expect(JSON.stringify(rows)).not.toContain('secretword');
  }, 40_000);

  it('looks only at the areas that are asked for, in the order of the registry', async () => {
    const rows = await runChecks({
      catalog: catalogOf({ fine: url(ports.up) }),
      services: ['fine'],
      areas: ['network', 'service'],
      signal: never,
    });
    expect(new Set(rows.map(({ area }) => area))).toEqual(new Set(['service', 'network']));
    expect(rows[0]).toMatchObject({ id: 'service.health', verdict: 'ok', target: `fine http://127.0.0.1:${ports.up}/healthz` });
  });

  it('has one id a check, named after its area', () => {
    expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length);
    for (const { id, area } of checks) expect(id.startsWith(`${area}.`)).toBe(true);
  });
});
