import { z } from 'zod';
import { isOutgrown, type TableStatistics } from '../../../core/database/indexes/table-statistics.js';
import { parameterSites } from '../../../core/database/sql/parameter-values.js';
import type { QueryShape } from '../../../core/database/sql/query-shape.js';
import { quoteIdentifier, quoteLiteral } from '../../../core/database/sql/sql-text.js';
import type { Session } from './session.js';

/** The end of a table that was appended to: half a megabyte, some thousand rows, read in milliseconds. */
const newestPages = 64;

const valueRow = z.object({ value: z.string() });

/**
 * The tables with the most frequent value of their newest rows in place of the statistics, for the columns that a parameter is compared with. An import that
 * the statistics do not know of brought values that they do not know either, and those are what is asked for. Null when no table outgrew its statistics.
 */
export async function newestValues(
  session: Session,
  tables: readonly TableStatistics[],
  shape: QueryShape,
): Promise<TableStatistics[] | null> {
  const compared = new Set([...parameterSites(shape, tables).values()].map(({ column }) => column));
  let changed = false;
  const renewed: TableStatistics[] = [];
  for (const table of tables) {
    const columns = [...table.columns];
    for (const [index, column] of columns.entries()) {
      if (table.kind !== 'table' || !isOutgrown(table) || !compared.has(column)) continue;
      const value = await newestValue(session, table, column.name);
      if (value === null) continue;
      columns[index] = { ...column, common: [{ value, frequency: 1 }], histogram: [value] };
      changed = true;
    }
    renewed.push({ ...table, columns });
  }
  return changed ? renewed : null;
}

async function newestValue(session: Session, { facts }: TableStatistics, column: string): Promise<string | null> {
  const table = `${quoteIdentifier(facts.schema)}.${quoteIdentifier(facts.relation)}`;
  const name = quoteIdentifier(column);
  const rows = await session.query(
    `SELECT ${name}::text AS value FROM ${table}
     WHERE ctid >= format('(%s,0)', greatest(0, pg_relation_size(${quoteLiteral(table)}::regclass) / current_setting('block_size')::bigint - ${newestPages}))::tid
       AND ${name} IS NOT NULL
     GROUP BY ${name} ORDER BY count(*) DESC, ${name}::text LIMIT 1`,
    valueRow,
  );
  return rows[0]?.value ?? null;
}
