import { z } from 'zod';
import type { MissingEvidence } from '../../../core/model/observation.js';
import { errorText, type Session } from './session.js';

/** What this server lets this role see. */
export interface Capabilities {
  /** Where and in what version the statement statistics are; null = not usable. */
  statements: { schema: string; minor: number } | null;
  seesOthers: boolean;
  isReplica: boolean;
  role: string;
  missing: MissingEvidence[];
}

const oldestMajor = 14;

const capabilityRow = z.object({
  role: z.string(),
  is_replica: z.boolean(),
  sees_others: z.boolean(),
  track: z.string().nullable(),
  schema: z.string().nullable(),
  version: z.string().nullable(),
});

/** Extension and rights as the catalog tells them: after an upgrade of the server the extension may still be the old one. */
export async function probeCapabilities(session: Session): Promise<Capabilities> {
  if (session.major < oldestMajor) return tooOld(session);
  const [row] = await session.query(
    `SELECT current_user::text AS role, pg_is_in_recovery() AS is_replica,
            pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') AS sees_others,
            current_setting('pg_stat_statements.track', true) AS track,
            quote_ident(n.nspname) AS schema, e.extversion AS version
     FROM (VALUES (1)) AS one LEFT JOIN pg_extension e ON e.extname = 'pg_stat_statements' LEFT JOIN pg_namespace n ON n.oid = e.extnamespace`,
    capabilityRow,
  );
  if (row === undefined) throw new Error('expected one row of server capabilities, got none');
  const statements = await probeStatements(session, row);
  return {
    statements: 'why' in statements ? null : statements,
    seesOthers: row.sees_others,
    isReplica: row.is_replica,
    role: row.role,
    missing: 'why' in statements ? [statements] : [],
  };
}

function tooOld(session: Session): Capabilities {
  const missing = {
    id: 'database-version',
    what: "the database's own view",
    why: `the server is PostgreSQL ${session.serverVersion}`,
    remedy: `Upgrade: PostgreSQL ${oldestMajor} to 18 can be diagnosed.`,
  };
  return { statements: null, seesOthers: false, isReplica: false, role: '', missing: [missing] };
}

async function probeStatements(
  session: Session,
  row: z.infer<typeof capabilityRow>,
): Promise<NonNullable<Capabilities['statements']> | MissingEvidence> {
  const lacking = (why: string, remedy: string): MissingEvidence => ({
    id: 'pg_stat_statements',
    what: 'statement statistics',
    why,
    remedy,
  });
  const preload =
    'add it to shared_preload_libraries and restart the server, then run CREATE EXTENSION pg_stat_statements in this database';
  if (row.schema === null || row.version === null) {
    return row.track === null
      ? lacking('the extension pg_stat_statements is not installed', `As the administrator: ${preload}.`)
      : lacking(
          'pg_stat_statements is loaded, but not created in this database',
          'Run CREATE EXTENSION pg_stat_statements in this database.',
        );
  }
  const minor = Number(row.version.split('.')[1]);
  if (!(minor >= 8))
    return lacking(`pg_stat_statements is version ${row.version}`, 'Run ALTER EXTENSION pg_stat_statements UPDATE in this database.');
  if (row.track === 'none') return lacking('pg_stat_statements.track is none', 'Set pg_stat_statements.track = top and reload the server.');
  try {
    await session.run(`SELECT 1 FROM ${row.schema}.pg_stat_statements(false) LIMIT 1`);
  } catch (error) {
    return lacking(errorText(error), `As the administrator: ${preload}; grant EXECUTE on it to ${row.role}.`);
  }
  return { schema: row.schema, minor };
}

/** Said only when sessions or statements of others were really hidden: whoever shares the service's role sees enough. */
export function missingRights(role: string): MissingEvidence {
  return {
    id: 'database-rights',
    what: 'sessions and statements of other roles',
    why: `the role ${role} may not read the statistics of other roles`,
    remedy: `GRANT pg_monitor TO "${role.replaceAll('"', '""')}"`,
  };
}
