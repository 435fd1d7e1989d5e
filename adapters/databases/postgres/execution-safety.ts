/** What PostgreSQL's catalogs say against executing a statement that looks like a plain read. */
import { z } from 'zod';
import type { CalledName, CalledNames } from '../../../core/database/sql/called-names.js';
import { effectivePath } from '../../../core/database/sql/search-path.js';
import type { Session } from './session.js';

/** Volatile, and harmless all the same, as the system defines them. */
const harmless = [
  ...['random', 'random_normal', 'clock_timestamp', 'timeofday', 'gen_random_uuid', 'uuidv4', 'uuidv7'],
  ...['pg_relation_size', 'pg_table_size', 'pg_indexes_size', 'pg_total_relation_size', 'pg_database_size', 'pg_tablespace_size'],
  ...['pg_current_wal_lsn', 'pg_current_wal_insert_lsn', 'pg_current_wal_flush_lsn', 'pg_last_wal_receive_lsn', 'pg_last_wal_replay_lsn'],
  ...['pg_last_xact_replay_timestamp', 'pg_is_in_recovery', 'pg_is_wal_replay_paused', 'pg_blocking_pids'],
];

/**
 * Every object that a name may stand for: in the schema that it names, else along the search path, where an earlier one of the same argument types hides
 * the later ones. Which of the overloads a call takes depends on the types of its arguments; any of them counts. `functions` are objects, found by name
 * once: what follows knows only their ids.
 */
const candidatesSql = `
  WITH RECURSIVE path AS (SELECT nspname, place FROM unnest($1::text[]) WITH ORDINALITY AS p(nspname, place)),
  asked AS (SELECT kind, schema, name FROM unnest($2::text[], $3::text[], $4::text[]) AS a(kind, schema, name)),
  functions AS (
    SELECT DISTINCT ON (a.kind, a.schema, a.name, p.proargtypes) p.oid, p.proargtypes, p.prorettype
    FROM asked a JOIN pg_proc p ON p.proname = a.name JOIN pg_namespace n ON n.oid = p.pronamespace LEFT JOIN path ON path.nspname = n.nspname
    WHERE (a.kind = 'function' OR (a.kind = 'attribute' AND p.pronargs > 0 AND p.pronargs - p.pronargdefaults <= 1))
      AND (n.nspname = a.schema OR (a.schema IS NULL AND path.place IS NOT NULL))
    ORDER BY a.kind, a.schema, a.name, p.proargtypes, path.place),
  operators AS (
    SELECT DISTINCT ON (a.schema, a.name, o.oprleft, o.oprright) o.oid, o.oprname, o.oprcode, o.oprleft, o.oprright
    FROM asked a JOIN pg_operator o ON o.oprname = a.name JOIN pg_namespace n ON n.oid = o.oprnamespace LEFT JOIN path ON path.nspname = n.nspname
    WHERE a.kind = 'operator' AND (n.nspname = a.schema OR (a.schema IS NULL AND path.place IS NOT NULL))
    ORDER BY a.schema, a.name, o.oprleft, o.oprright, path.place),
  types AS (
    SELECT DISTINCT ON (a.schema, a.name) t.oid
    FROM asked a JOIN pg_type t ON t.typname = a.name JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN path ON path.nspname = n.nspname
    WHERE (a.kind = 'type' OR (a.kind = 'attribute' AND t.typtype = 'd' AND EXISTS (SELECT FROM pg_type b WHERE b.oid = t.typbasetype AND b.typtype = 'c')))
      AND (n.nspname = a.schema OR (a.schema IS NULL AND path.place IS NOT NULL))
    ORDER BY a.schema, a.name, path.place),
  -- What a value of these types is made of, and what values are turned into on their way into and out of a function.
  reached(oid) AS (
    SELECT oid FROM types UNION SELECT unnest(proargtypes::oid[]) FROM functions UNION SELECT prorettype FROM functions
    UNION SELECT oprleft FROM operators UNION SELECT oprright FROM operators
    UNION SELECT part.oid FROM reached r JOIN pg_type t ON t.oid = r.oid JOIN LATERAL (
      SELECT t.typbasetype AS oid UNION SELECT t.typelem UNION SELECT a.atttypid FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0) part
      ON part.oid <> 0),
  -- A table that the statement names, with its parts.
  tables(oid) AS (
    SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname || '.' || c.relname = ANY($6::text[])
    UNION SELECT h.inhrelid FROM tables t JOIN pg_inherits h ON h.inhparent = t.oid)
`;

/** Aggregates are never volatile themselves; the functions that they are made of may be. */
const objectionsSql = `
  SELECT 'the volatile function' AS kind, p.proname::text AS name FROM functions f JOIN pg_proc p USING (oid)
    WHERE p.provolatile = 'v' AND NOT (p.pronamespace = 'pg_catalog'::regnamespace AND p.proname = ANY($5::text[]))
  UNION ALL SELECT 'the aggregate', a.aggfnoid::regproc::text || ' of the volatile function ' || p.proname FROM functions f
    JOIN pg_aggregate a ON a.aggfnoid = f.oid
    JOIN pg_proc p ON p.oid IN (a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggserialfn, a.aggdeserialfn, a.aggmtransfn, a.aggminvtransfn, a.aggmfinalfn)
    WHERE p.provolatile = 'v'
  UNION ALL SELECT 'the operator', o.oprname || ' of the volatile function ' || p.proname FROM operators o JOIN pg_proc p ON p.oid = o.oprcode
    WHERE p.provolatile = 'v'
  UNION ALL SELECT 'a cast by the volatile function', p.proname::text FROM pg_cast c JOIN pg_proc p ON p.oid = c.castfunc
    WHERE p.provolatile = 'v' AND (c.castcontext = 'i' OR c.casttarget IN (SELECT oid FROM reached))
  UNION ALL SELECT 'the checks of the domain', t.typname::text || ' by the volatile function ' || p.proname FROM reached r JOIN pg_type t USING (oid)
    JOIN pg_constraint c ON c.contypid = t.oid CROSS JOIN LATERAL regexp_matches(c.conbin::text, ':(?:funcid|opfuncid) (\\d+)', 'g') AS called(id)
    JOIN pg_proc p ON p.oid = called.id[1]::oid WHERE p.provolatile = 'v'
  UNION ALL SELECT 'the row security of', c.relname::text FROM tables t JOIN pg_class c USING (oid) WHERE c.relrowsecurity
  UNION ALL SELECT 'the server behind', c.relname::text FROM tables t JOIN pg_class c USING (oid) WHERE c.relkind = 'f'
  UNION ALL SELECT 'names that anybody may define in the schema', n.nspname::text FROM pg_namespace n JOIN path USING (nspname)
    WHERE n.nspname <> 'public' AND EXISTS (SELECT FROM aclexplode(n.nspacl) a WHERE a.grantee = 0 AND a.privilege_type = 'CREATE')
  ORDER BY 1, 2 LIMIT 1`;

interface JudgedStatement {
  called: CalledNames;
  /** That it names. */
  tables: readonly { schema: string; relation: string }[];
  /** Where its names are looked for, as it will be when it runs. */
  path: readonly string[];
}

/**
 * Why a statement is not executed; null when nothing speaks against it. Functions, operators, casts, attributes and the policies and parts of its tables
 * are looked up by id as the server will find them, and each is asked whether it may change or wait for anything. In a schema other than `public` that
 * anybody may define names in, what is found now need not be what runs a moment later; in `public` that was the server's default until version 14, and is told.
 */
export async function whyUnsafeToExecute(session: Session, { called, tables, path }: JudgedStatement): Promise<string | null> {
  const asked = [
    ...ask('function', called.functions),
    ...ask('attribute', called.attributes),
    ...ask('operator', called.operators),
    ...ask('type', called.types),
  ];
  const [objection] = await session.query(`${candidatesSql}${objectionsSql}`, z.object({ kind: z.string(), name: z.string() }), [
    effectivePath(path),
    asked.map(({ kind }) => kind),
    asked.map(({ schema }) => schema),
    asked.map(({ name }) => name),
    harmless,
    tables.map(({ schema, relation }) => `${schema}.${relation}`),
  ]);
  return objection === undefined ? null : `not executed: it calls ${objection.kind} ${objection.name}`;
}

function ask(kind: string, names: readonly CalledName[]): (CalledName & { kind: string })[] {
  return names.map((name) => ({ kind, ...name }));
}
