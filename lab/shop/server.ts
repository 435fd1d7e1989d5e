import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { createAccessLog } from './access-log.js';
import { readShopConfig, type ShopConfig } from './config.js';
import { HttpError, readBody, sendAnswer, type Route } from './http.js';
import { accountRoutes } from './routes/accounts.js';
import { catalogRoutes } from './routes/catalog.js';
import { customerRoutes } from './routes/customers.js';
import { dispatchRoutes } from './routes/dispatch.js';
import { orderRoutes } from './routes/orders.js';
import { productRoutes } from './routes/products.js';
import { quoteRoutes } from './routes/quotes.js';
import { recommendationRoutes } from './routes/recommendations.js';
import { reportRoutes } from './routes/reports.js';
import { reviewRoutes } from './routes/reviews.js';

const usage = `The demo shop, an HTTP service on PostgreSQL.
  node server.js --config FILE [--access-log FILE]     database: SHOP_DATABASE_URL
It prints {"port": N} when it is ready.
`;

function allRoutes(database: pg.Pool, config: ShopConfig): Route[] {
  return [
    { method: 'GET', path: '/healthz', handle: async () => await Promise.resolve({ ok: true }) },
    ...productRoutes(database),
    ...customerRoutes(database, config),
    ...orderRoutes(database, config),
    ...dispatchRoutes(database),
    ...quoteRoutes(config),
    ...reportRoutes(database, config),
    ...reviewRoutes(config),
    ...catalogRoutes(config),
    ...recommendationRoutes(config),
    ...accountRoutes(config),
  ];
}

interface Match {
  route: Route;
  parameter: string;
}

function findRoute(routes: Route[], method: string, path: string): Match | null {
  const parts = path.split('/');
  for (const route of routes) {
    const pattern = route.path.split('/');
    if (route.method !== method || pattern.length !== parts.length) continue;
    if (!pattern.every((part, index) => part.startsWith(':') || part === parts[index])) continue;
    const at = pattern.findIndex((part) => part.startsWith(':'));
    return { route, parameter: at === -1 ? '' : decodeURIComponent(parts[at] ?? '') };
  }
  return null;
}

async function answer(routes: Route[], request: IncomingMessage): Promise<{ status: number; body: unknown }> {
  try {
    const url = new URL(request.url ?? '/', 'http://shop');
    const match = findRoute(routes, request.method ?? 'GET', url.pathname);
    if (match === null) return { status: 404, body: { error: 'not found' } };
    const body = request.method === 'POST' ? await readBody(request) : null;
    return { status: 200, body: await match.route.handle({ parameter: match.parameter, query: url.searchParams, body }) };
  } catch (error) {
    if (error instanceof HttpError) return { status: error.status, body: { error: error.message } };
    return { status: 500, body: { error: error instanceof Error ? error.message : String(error) } };
  }
}

function start(): void {
  const { values } = parseArgs({ options: { config: { type: 'string' }, 'access-log': { type: 'string' }, help: { type: 'boolean' } } });
  if (values.help === true || values.config === undefined) {
    process.stdout.write(usage);
    process.exitCode = values.help === true ? 0 : 2;
    return;
  }
  const config = readShopConfig(values.config);
  const database = new pg.Pool({ connectionString: process.env['SHOP_DATABASE_URL'], max: config.pool.size, application_name: 'shop' });
  // The pool replaces a broken connection; the request that used it has failed by itself.
  database.on('error', () => undefined);
  const log = createAccessLog(values['access-log'] ?? '/dev/null', config.logs);
  const routes = allRoutes(database, config);
  const server = createServer((request, response: ServerResponse) => {
    void answer(routes, request).then(({ status, body }) => {
      sendAnswer(response, status, body);
      log(request, status);
    });
  });
  server.listen(config.port, process.env['SHOP_LISTEN'] ?? '127.0.0.1', () => {
    const address = server.address();
    process.stdout.write(`${JSON.stringify({ port: typeof address === 'object' && address !== null ? address.port : 0 })}\n`);
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      server.close();
      server.closeAllConnections();
      void database.end().finally(() => process.exit(0));
    });
  }
}

start();
