/** What PostgreSQL's catalogs say against executing a statement that looks like a plain read. */
import { z } from 'zod';
import { isHarmless, type CalledNames } from '../../../core/database/sql/statement-safety.js';
import type { Session } from './session.js';

/** Objects with an id from here on were made in this database (FirstNormalObjectId). */
const firstOwnId = 16_384;

const foundRow = z.object({ kind: z.string(), name: z.string() });

/**
 * Names are matched in every schema, not only where the search path would find them now: what is refused is more than could run, never less. A call
 * without parentheses (`t.f`), an operator, a cast and the policies of a table run functions, too.
 */
export async function whyUnsafeToExecute(
  session: Session,
  called: CalledNames,
  tables: readonly { schema: string; relation: string }[],
): Promise<string | null> {
  const rows = await session.query(
    `SELECT 'the volatile function' AS kind, proname::text AS name FROM pg_proc WHERE provolatile = 'v' AND proname = ANY($1)
     UNION ALL SELECT 'the volatile function', p.proname::text FROM pg_proc p JOIN pg_type t ON t.oid = p.proargtypes[0]
       WHERE p.provolatile = 'v' AND p.pronargs = 1 AND t.typtype = 'c' AND p.proname = ANY($2)
     UNION ALL SELECT 'the operator', o.oprname || ' of the volatile function ' || p.proname FROM pg_operator o JOIN pg_proc p ON p.oid = o.oprcode
       WHERE p.provolatile = 'v' AND o.oprname = ANY($3)
     UNION ALL SELECT 'a cast by the volatile function', p.proname::text FROM pg_cast c JOIN pg_proc p ON p.oid = c.castfunc
       WHERE p.provolatile = 'v' AND c.oid >= ${firstOwnId}
     UNION ALL SELECT 'the checks of the domain', typname::text FROM pg_type WHERE typtype = 'd' AND oid >= ${firstOwnId} AND typname = ANY($4)
       AND EXISTS (SELECT FROM pg_constraint WHERE contypid = pg_type.oid)
     UNION ALL SELECT 'the row security of', c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relrowsecurity AND (n.nspname || '.' || c.relname) = ANY($5)
     UNION ALL SELECT 'names that anybody may define in the schema', n.nspname::text FROM pg_namespace n
       WHERE n.nspname = ANY(current_schemas(false)) AND n.nspname <> 'public'
         AND EXISTS (SELECT FROM aclexplode(n.nspacl) a WHERE a.grantee = 0 AND a.privilege_type = 'CREATE')
     ORDER BY 1, 2`,
    foundRow,
    [called.functions, called.attributes, called.operators, called.types, tables.map(({ schema, relation }) => `${schema}.${relation}`)],
  );
  const bad = rows.find(({ kind, name }) => kind !== 'the volatile function' || !isHarmless(name));
  return bad === undefined ? null : `not executed: it calls ${bad.kind} ${bad.name}`;
}
