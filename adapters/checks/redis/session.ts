import type { Redis } from 'ioredis';
import type { DatabaseAccess } from '../../../config/resolve/resolve-access.js';
import type { Finding } from '../../../core/command/checks/check.js';
import { EvidenceUnavailableError } from '../../../core/model/errors.js';
import type { Check, CheckWorld } from '../check.js';
import { notConnected, planForDatabases, shownUrl } from '../databases.js';

const withinMs = 4_000;

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}

/** Opened once; never tries again by itself, so that a server that is down is told at once. */
async function open(url: string, signal: AbortSignal): Promise<Redis> {
  const { Redis: Client } = await import('ioredis');
  const client = new Client(url, {
    lazyConnect: true,
    connectTimeout: withinMs,
    commandTimeout: withinMs,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    enableReadyCheck: false,
    connectionName: 'perf-incident-responder',
  });
  let last: unknown = null;
  client.on('error', (error: unknown) => (last = error));
  signal.addEventListener('abort', () => client.disconnect(), { once: true });
  try {
    await client.connect();
    // A wrong password shows at the first command only.
    await client.ping();
    return client;
  } catch (error) {
    client.disconnect();
    throw new EvidenceUnavailableError(
      {
        id: 'redis-connection',
        what: 'the server',
        why: `${shownUrl(url)}: ${messageOf(last ?? error)}`,
        remedy: 'Check that Redis runs there, and host, port and password in the connection of the catalog.',
      },
      { cause: last ?? error },
    );
  }
}

export async function redisOf(world: CheckWorld, { url }: DatabaseAccess): Promise<Redis> {
  return await world.share(
    `redis ${url}`,
    (signal) => open(url, signal),
    (client) => client.disconnect(),
  );
}

export function redisCli(url: string, words: string): string {
  const { hostname, port } = URL.canParse(url) ? new URL(url) : { hostname: '127.0.0.1', port: '' };
  return `redis-cli -h ${hostname} -p ${port === '' ? '6379' : port} ${words}`;
}

/** `INFO section` as its fields. */
export async function info(client: Redis, section: string): Promise<ReadonlyMap<string, string>> {
  const text = await client.info(section);
  return new Map(
    text
      .split('\r\n')
      .flatMap((line) => (line.includes(':') ? [[line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)] as const] : [])),
  );
}

export function numberOf(fields: ReadonlyMap<string, string>, key: string): number {
  return Number(fields.get(key) ?? 0);
}

/** A check that asks an open server. */
export function redisCheck(id: string, title: string, ask: (client: Redis, url: string, signal: AbortSignal) => Promise<Finding>): Check {
  return {
    id,
    area: 'redis',
    title,
    plan: (world) =>
      planForDatabases(world, 'redis', async (database, signal) => {
        const client = await redisOf(world, database).catch(() => null);
        return client === null ? notConnected('redis.ping') : await ask(client, database.url, signal);
      }),
  };
}
