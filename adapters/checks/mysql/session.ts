import type { Connection, RowDataPacket } from 'mysql2/promise';
import { z } from 'zod';
import type { DatabaseAccess } from '../../../config/resolve/resolve-access.js';
import type { Finding } from '../../../core/command/checks/check.js';
import { EvidenceUnavailableError } from '../../../core/model/errors.js';
import type { Check, CheckWorld } from '../check.js';
import { notConnected, planForDatabases, shownUrl } from '../databases.js';

const withinMs = 4_000;

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return error.message === '' ? code : (error.message.split('\n')[0] ?? '');
}

async function open(url: string, signal: AbortSignal): Promise<Connection> {
  // The driver is loaded when a database is really looked at.
  const { createConnection } = await import('mysql2/promise');
  try {
    const connection = await createConnection({ uri: url, connectTimeout: withinMs });
    connection.on('error', () => undefined);
    signal.addEventListener('abort', () => connection.destroy(), { once: true });
    return connection;
  } catch (error) {
    throw new EvidenceUnavailableError(
      {
        id: 'mysql-connection',
        what: 'the server',
        why: `${shownUrl(url)}: ${messageOf(error)}`,
        remedy: 'Check that the server runs there, and host, port, user and password in the connection of the catalog.',
      },
      { cause: error },
    );
  }
}

export async function connectionOf(world: CheckWorld, { url }: DatabaseAccess): Promise<Connection> {
  return await world.share(
    `mysql ${url}`,
    (signal) => open(url, signal),
    (connection) => connection.end(),
  );
}

/** Rows, each parsed. A statement that does not come back in time is ended with its connection. */
export async function rowsOf<T>(connection: Connection, statement: string, rowSchema: z.ZodType<T>): Promise<T[]> {
  const [rows] = await connection.query<RowDataPacket[]>({ sql: `/* perf-incident-responder */ ${statement}`, timeout: withinMs });
  return z.array(rowSchema).parse(rows);
}

/** `SHOW GLOBAL STATUS` and `VARIABLES` by name. */
export async function settingsOf(
  connection: Connection,
  kind: 'STATUS' | 'VARIABLES',
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const listed = names.map((name) => `'${name}'`).join(', ');
  const rows = await rowsOf(
    connection,
    `SHOW GLOBAL ${kind} WHERE Variable_name IN (${listed})`,
    z.object({ Variable_name: z.string(), Value: z.string() }),
  );
  return new Map(rows.map(({ Variable_name, Value }) => [Variable_name.toLowerCase(), Value]));
}

export function mysqlCli(url: string, statement: string): string {
  const { hostname, port, username } = URL.canParse(url) ? new URL(url) : { hostname: '127.0.0.1', port: '', username: '' };
  return `mysql -h ${hostname} -P ${port === '' ? '3306' : port} -u ${username === '' ? 'root' : username} -p -e "${statement}"`;
}

/** A check that asks an open server. */
export function mysqlCheck(id: string, title: string, ask: (connection: Connection, url: string) => Promise<Finding>): Check {
  return {
    id,
    area: 'mysql',
    title,
    plan: (world) =>
      planForDatabases(world, 'mysql', async (database) => {
        const connection = await connectionOf(world, database).catch(() => null);
        return connection === null ? notConnected('mysql.reachable') : await ask(connection, database.url);
      }),
  };
}
