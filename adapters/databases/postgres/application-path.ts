import { z } from 'zod';
import type { TableStatistics } from '../../../core/database/indexes/table-statistics.js';
import { effectivePath, readSearchPath } from '../../../core/database/sql/search-path.js';
import { quoteIdentifier } from '../../../core/database/sql/sql-text.js';
import type { MissingEvidence } from '../../../core/model/observation.js';
import type { ServerFeatures } from './server-features.js';
import type { Session } from './session.js';
import type { TableName } from './tables.js';

interface ApplicationPath {
  /** Who runs the statement in production; null when the server does not tell. */
  role: string | null;
  /** Schemas that exist, in the order in which that role's names are looked for. */
  schemas: string[];
}

const pathRow = z.object({ role: z.string(), setting: z.string().nullable() });

/**
 * Whose statement it is, by the calls that the server has counted, and the search path that this role has when it connects: its setting in this database,
 * its own, the database's, everybody's, the server's, in that order. What a client sets after that is not seen.
 */
export async function readApplicationPath(session: Session, statementsSchema: string | null, queryId: string): Promise<ApplicationPath> {
  const counted =
    statementsSchema === null
      ? 'SELECT NULL::oid AS userid, 0::float8 AS calls WHERE false'
      : `SELECT s.userid, sum(s.calls)::float8 AS calls FROM ${statementsSchema}.pg_stat_statements(false) s
         WHERE s.queryid::text = $1 AND s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) GROUP BY s.userid`;
  const [row] = await session.query(
    `WITH who AS (SELECT r.oid, r.rolname FROM (${counted}) c JOIN pg_roles r ON r.oid = c.userid WHERE $1::text IS NOT NULL ORDER BY c.calls DESC LIMIT 1),
     settings AS (
       SELECT substr(one, 13) AS value, (s.setrole <> 0)::int * 2 + (s.setdatabase <> 0)::int AS rank FROM who
       JOIN pg_db_role_setting s ON s.setrole IN (0, who.oid) AND s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database())),
       unnest(s.setconfig) AS one WHERE one LIKE 'search\\_path=%')
     SELECT who.rolname::text AS role, coalesce((SELECT value FROM settings ORDER BY rank DESC LIMIT 1),
       (SELECT CASE WHEN source IN ('database', 'user', 'database user', 'client', 'session') THEN boot_val ELSE reset_val END FROM pg_settings WHERE name = 'search_path')) AS setting
     FROM who`,
    pathRow,
    [queryId],
  );
  if (row === undefined) return { role: null, schemas: await existing(session, ['public']) };
  return { role: row.role, schemas: await existing(session, readSearchPath(row.setting ?? '"$user", public', row.role)) };
}

async function existing(session: Session, schemas: readonly string[]): Promise<string[]> {
  const rows = await session.query(
    `SELECT n.nspname::text AS name FROM unnest($1::text[]) WITH ORDINALITY AS w(name, place) JOIN pg_namespace n ON n.nspname = w.name ORDER BY w.place`,
    z.object({ name: z.string() }),
    [schemas],
  );
  return [...new Set(rows.map(({ name }) => name))];
}

/**
 * Says in which schemas along the path somebody other than their owner and the application may create, for who may decides what the application's
 * statements mean; null when nobody may. Superusers may everywhere and are not told.
 */
export async function tellOpenSchemas(session: Session, path: ApplicationPath): Promise<string | null> {
  const rows = await session.query(
    `SELECT n.nspname::text AS schema, string_agg(DISTINCT coalesce(r.rolname::text, 'PUBLIC'), ', ') AS who
     FROM pg_namespace n CROSS JOIN LATERAL aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a LEFT JOIN pg_roles r ON r.oid = a.grantee
     WHERE n.nspname = ANY($1::text[]) AND a.privilege_type = 'CREATE' AND a.grantee <> n.nspowner
       AND r.rolname IS DISTINCT FROM $2 AND NOT coalesce(r.rolsuper, false)
     GROUP BY n.nspname ORDER BY n.nspname`,
    z.object({ schema: z.string(), who: z.string() }),
    [path.schemas, path.role],
  );
  const told = rows.map(
    ({ schema, who }) => `${who} may create in the schema ${quoteIdentifier(schema)}, through which its names are looked up`,
  );
  return told.length === 0 ? null : told.join('; ');
}

/** Tables that the path does not find are those of a path that the application sets itself: their schemas come first then. */
export function withSchemasOf(path: readonly string[], names: readonly TableName[], tables: readonly TableStatistics[]): string[] {
  const unqualified = new Set(names.flatMap(({ schema, relation }) => (schema === null ? [relation] : [])));
  const seen = new Set(effectivePath(path));
  const others = tables.filter(({ facts }) => unqualified.has(facts.relation) && !seen.has(facts.schema)).map(({ facts }) => facts.schema);
  return [...new Set([...others, ...path])];
}

/** Whoever owns a table may drop it: a connection that only looks needs less. */
export async function tellOwner(
  session: Session,
  features: ServerFeatures,
  tables: readonly TableStatistics[],
): Promise<MissingEvidence[]> {
  if (features.isSuperuser) return [];
  const [row] = await session.query(
    `SELECT n.nspname || '.' || c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname || '.' || c.relname = ANY($1::text[]) AND pg_has_role(c.relowner, 'USAGE') ORDER BY 1 LIMIT 1`,
    z.object({ name: z.string() }),
    [tables.map(({ facts }) => `${facts.schema}.${facts.relation}`)],
  );
  return row === undefined ? [] : [{ ...ownerTold, why: `the role ${features.role} owns ${row.name}, and may change and drop it` }];
}

const ownerTold = {
  id: 'database-owner',
  what: 'a database connection that can only look',
  remedy:
    'Give `connection` of the catalog a role of its own (CREATE ROLE … LOGIN; GRANT pg_monitor, pg_read_all_data), and name the owner under `remedyConnection` if remedies are wanted.',
};
