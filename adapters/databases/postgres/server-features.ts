import { z } from 'zod';
import type { Trigrams } from '../../../core/database/indexes/trigram-index.js';
import type { MissingEvidence } from '../../../core/model/observation.js';
import type { Session } from './session.js';

export interface ServerFeatures {
  role: string;
  isReplica: boolean;
  /** Where HypoPG is, when it is created in this database. */
  hypopgSchema: string | null;
  /** The same of pg_stat_statements. */
  statementsSchema: string | null;
  trigrams: Trigrams;
  isSuperuser: boolean;
  /** Sessions that wait for locks right now: then nothing is executed. */
  lockWaiters: number;
  missing: MissingEvidence[];
}

const featureRow = z.object({
  role: z.string(),
  isReplica: z.boolean(),
  hypopgSchema: z.string().nullable(),
  statementsSchema: z.string().nullable(),
  isSuperuser: z.boolean(),
  trigramClass: z.string().nullable(),
  canCreateTrigrams: z.boolean(),
  lockWaiters: z.number(),
});

/** As an index has to name it, whatever the search path of who builds it. */
const trigramClass = `(SELECT quote_ident(n.nspname) || '.gin_trgm_ops' FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_trgm')`;

export async function probeServer(session: Session): Promise<ServerFeatures> {
  const [row] = await session.query(
    `SELECT current_user::text AS role, pg_is_in_recovery() AS "isReplica",
            (SELECT quote_ident(n.nspname) FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'hypopg') AS "hypopgSchema",
            (SELECT quote_ident(n.nspname) FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_stat_statements') AS "statementsSchema",
            current_setting('is_superuser') = 'on' AS "isSuperuser",
            ${trigramClass} AS "trigramClass",
            EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm') AS "canCreateTrigrams",
            (SELECT count(*)::int FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()) AS "lockWaiters"`,
    featureRow,
  );
  if (row === undefined) throw new Error('expected one row of server features, got none');
  const { trigramClass: operatorClass, canCreateTrigrams, ...features } = row;
  const trigrams: Trigrams =
    operatorClass === null ? { state: canCreateTrigrams ? 'available' : 'absent' } : { state: 'created', operatorClass };
  return { ...features, trigrams, missing: row.isReplica ? [replica] : [] };
}

const replica: MissingEvidence = {
  id: 'database-replica',
  what: 'a server on which the remedy could be applied',
  why: 'this server is a replica: no index can be built and no table analyzed on it',
  remedy: 'Apply index and ANALYZE statements on its primary; name that one in the catalog.',
};
