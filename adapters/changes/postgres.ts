import { z } from 'zod';
import { serviceDatabases, type DatabaseAccess } from '../../config/resolve/resolve-access.js';
import type { Change } from '../../core/command/changes/change.js';
import type { Session } from '../databases/postgres/session.js';
import { readAll, type ChangeOrder, type ChangeSource } from './change-source.js';

const timeRow = z.object({ conf: z.date(), start: z.date(), pending: z.string().nullable() });
const times = `SELECT pg_conf_load_time() AS conf, pg_postmaster_start_time() AS start,
  (SELECT string_agg(name, ', ' ORDER BY name) FROM pg_settings WHERE pending_restart) AS pending`;

/** Where migration tools keep what they did and when. Alembic keeps no time. */
const migrationTables = [
  { table: '_prisma_migrations', at: 'finished_at', name: 'migration_name', tool: 'Prisma' },
  { table: 'flyway_schema_history', at: 'installed_on', name: 'script', tool: 'Flyway' },
  { table: 'django_migrations', at: 'applied', name: 'name', tool: 'Django' },
  { table: 'knex_migrations', at: 'migration_time', name: 'name', tool: 'Knex' },
  { table: 'databasechangelog', at: 'dateexecuted', name: 'id', tool: 'Liquibase' },
] as const;
const migrationRow = z.object({ at: z.coerce.date(), name: z.string() });
const found = z.object({ name: z.string(), relation: z.string() });

function of(service: string, at: Date, more: Pick<Change, 'kind' | 'ref' | 'title'>): Change {
  return { at: at.toISOString(), service, by: null, source: 'postgres', revertible: false, ...more };
}

async function migrationsOf(session: Session, service: string, fromMs: number): Promise<Change[]> {
  const names = migrationTables.map(({ table }) => table);
  const there = await session.query(
    'SELECT relname AS name, oid::regclass::text AS relation FROM pg_class WHERE relkind = $$r$$ AND relname = ANY($1)',
    found,
    [names],
  );
  const changes: Change[] = [];
  for (const { name, relation } of there) {
    const known = migrationTables.find(({ table }) => table === name);
    if (known === undefined) continue;
    // `relation` is quoted by the server; column names are ours.
    const rows = await session.query(
      `SELECT ${known.at} AS at, ${known.name}::text AS name FROM ${relation} WHERE ${known.at} >= $1 ORDER BY 1 DESC LIMIT 100`,
      migrationRow,
      [new Date(fromMs)],
    );
    changes.push(...rows.map(({ at, name: ref }) => of(service, at, { kind: 'migration', ref, title: `${known.tool} applied ${ref}` })));
  }
  return changes;
}

async function read(
  { fromMs, signal }: ChangeOrder,
  service: string,
  { url, mayBeSuperuser }: DatabaseAccess,
): ReturnType<ReturnType<ChangeSource['plan']>[number]['read']> {
  // The driver is loaded when a database is really looked at.
  const { openSession } = await import('../databases/postgres/postgres.js');
  const session = await openSession(url, { signal, mayBeSuperuser, statementTimeoutMs: 4_000, lockTimeoutMs: 500 });
  try {
    const [row] = await session.query(times, timeRow);
    if (row === undefined) throw new Error('expected one row of times, got none');
    const { conf, start, pending } = row;
    const waits = pending === null ? '' : `; ${pending} wait for a restart`;
    const changes = [
      of(service, start, { kind: 'restart', ref: 'postmaster', title: 'PostgreSQL was started' }),
      // The configuration is read at every start, too.
      ...(conf.getTime() - start.getTime() > 1_000
        ? [of(service, conf, { kind: 'config', ref: 'postgresql.conf', title: `PostgreSQL read its configuration again${waits}` })]
        : []),
      ...(await migrationsOf(session, service, fromMs)),
    ];
    return readAll(changes, `start, configuration and migrations${waits}`);
  } finally {
    await session.close();
  }
}

/** Starts, configuration and migrations of PostgreSQL. */
export const postgresChanges: ChangeSource = {
  kind: 'postgres',
  title: 'start, settings and migration tables of PostgreSQL',
  plan: (order) => {
    const { catalog, services } = order;
    const planned = new Map<string, { source: string; read: () => ReturnType<typeof read> }>();
    for (const service of services) {
      const written = catalog.services[service];
      if (written === undefined) continue;
      for (const access of serviceDatabases(catalog, written).databases) {
        const { name, kind, url } = access;
        if (kind === 'postgres' && !planned.has(url))
          planned.set(url, { source: `postgres ${service}/${name}`, read: () => read(order, service, access) });
      }
    }
    return [...planned.values()];
  },
};
