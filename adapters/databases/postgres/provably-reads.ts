/** Whether a statement that its author calls a read can be shown to be one: what a READ ONLY transaction does not stop is looked up before it runs. */
import { z } from 'zod';
import { nodesIn, parseStatement, type ParsedStatement } from '../../../core/database/sql/parse-statement.js';
import { quoteIdentifier } from '../../../core/database/sql/sql-text.js';
import { judgeSafety } from '../../../core/database/sql/statement-safety.js';
import { whyUnsafeToExecute } from './execution-safety.js';
import type { Session } from './session.js';

const tableRow = z.object({ schema: z.string(), relation: z.string(), isView: z.boolean(), isOwn: z.boolean() });
export type NamedTable = z.infer<typeof tableRow>;

function namesOf({ tree }: ParsedStatement): string[] {
  const names: string[] = [];
  for (const node of nodesIn(tree)) {
    if (!('RangeVar' in node)) continue;
    const { schemaname, relname = '' } = node.RangeVar;
    names.push(schemaname === undefined ? quoteIdentifier(relname) : `${quoteIdentifier(schemaname)}.${quoteIdentifier(relname)}`);
  }
  return names;
}

/** Tables as this session's own search path finds them. The system's views are made of functions that read. */
async function tablesOf(session: Session, parsed: ParsedStatement): Promise<NamedTable[]> {
  return await session.query(
    `SELECT DISTINCT n.nspname::text AS schema, c.relname::text AS relation, pg_has_role(c.relowner, 'USAGE') AS "isOwn",
            c.relkind = 'v' AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND NOT EXISTS (
              SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e') AS "isView"
     FROM unnest($1::text[]) AS named JOIN pg_class c ON c.oid = to_regclass(named) JOIN pg_namespace n ON n.oid = c.relnamespace ORDER BY 1, 2`,
    tableRow,
    [namesOf(parsed)],
  );
}

/** Why it may change something; null when it only reads, with the tables that it reads. */
export async function judgeRead(session: Session, statement: string): Promise<{ why: string | null; tables: NamedTable[] }> {
  const parsed = await parseStatement(statement);
  if (parsed === null) return { why: 'it is not one statement that can be parsed', tables: [] };
  const safety = judgeSafety(parsed);
  if (!safety.safe) return { why: safety.why, tables: [] };
  const tables = await tablesOf(session, parsed);
  const view = tables.find(({ isView }) => isView);
  if (view !== undefined) return { why: `it reads the view ${view.schema}.${view.relation}, whose functions are not looked at`, tables };
  const [path] = await session.query('SELECT current_schemas(false)::text[] AS schemas', z.object({ schemas: z.array(z.string()) }));
  const why = await whyUnsafeToExecute(session, { called: safety.called, tables, path: path?.schemas ?? [] });
  return { why: why?.replace('not executed: ', '') ?? null, tables };
}
