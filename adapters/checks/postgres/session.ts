import type { DatabaseAccess } from '../../../config/resolve/resolve-access.js';
import type { Finding } from '../../../core/command/checks/check.js';
import type { Session } from '../../databases/postgres/session.js';
import type { Check, CheckWorld } from '../check.js';
import { notConnected, planForDatabases, shownUrl } from '../databases.js';

/** Each statement; they run one after another on one connection. */
const statementTimeoutMs = 4_000;
const lockTimeoutMs = 500;

export async function sessionOf(world: CheckWorld, { url, mayBeSuperuser }: DatabaseAccess): Promise<Session> {
  return await world.share(
    `postgres ${url}`,
    async (signal) => {
      // The driver is loaded when a database is really looked at.
      const { openSession } = await import('../../databases/postgres/postgres.js');
      return await openSession(url, { signal, mayBeSuperuser, statementTimeoutMs, lockTimeoutMs });
    },
    (session) => session.close(),
  );
}

/** A statement as a person would run it. */
export function psql(url: string, statement: string): string {
  return `psql '${shownUrl(url)}' -c "${statement.replaceAll(/\s+/g, ' ').trim()}"`;
}

/** A check that asks an open server. */
export function postgresCheck(id: string, title: string, ask: (session: Session, url: string) => Promise<Finding>): Check {
  return {
    id,
    area: 'postgres',
    title,
    plan: (world) =>
      planForDatabases(world, 'postgres', async (database) => {
        const session = await sessionOf(world, database).catch(() => null);
        return session === null ? notConnected('postgres.reachable') : await ask(session, database.url);
      }),
  };
}
