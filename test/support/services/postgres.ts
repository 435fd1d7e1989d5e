import pg from 'pg';
import { startLabPostgres } from '../../../lab/stack/postgres.js';

export interface TestPostgres {
  /** Superuser, in a database of its own. */
  url: string;
  /** The same server and database for another role; the password is the role's name. */
  urlFor(role: string): string;
  /** A superuser's client under the given application name; closed by `stop`. */
  connect(applicationName?: string): Promise<pg.Client>;
  /** A database made on the side, dropped by `stop`. */
  stop(): Promise<void>;
}

/** `TEST_POSTGRES_URL` names a server of another version to run the suite against: superuser, pg_stat_statements preloaded. */
export async function startPostgres(settings: string[] = []): Promise<TestPostgres> {
  const given = process.env['TEST_POSTGRES_URL'];
  const server = given === undefined ? await startLabPostgres({ settings }) : null;
  const admin = given ?? server?.url('postgres') ?? '';
  const database = `test_${process.pid}_${Math.random().toString(36).slice(2, 8)}`;
  await once(admin, `CREATE DATABASE ${database}`);
  const url = new URL(admin);
  url.pathname = `/${database}`;
  await once(url.href, 'CREATE EXTENSION pg_stat_statements');
  const clients: pg.Client[] = [];
  return {
    url: url.href,
    urlFor: (role) => {
      const other = new URL(url);
      other.username = role;
      other.password = role;
      return other.href;
    },
    connect: async (applicationName = 'test') => {
      const client = new pg.Client({ connectionString: url.href, application_name: applicationName });
      client.on('error', () => undefined);
      await client.connect();
      clients.push(client);
      return client;
    },
    stop: async () => {
      await Promise.all(clients.map(async (client) => await client.end().catch(() => undefined)));
      await once(admin, `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`).catch(() => undefined);
      await server?.stop();
    },
  };
}

async function once(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  await client.query(statement).finally(() => client.end());
}
