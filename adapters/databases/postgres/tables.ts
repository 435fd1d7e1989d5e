import { z } from 'zod';
import type { TableStatistics } from '../../../core/database/indexes/table-statistics.js';
import type { Session } from './session.js';

const tableRow = z.object({
  id: z.string(),
  schema: z.string(),
  relation: z.string(),
  kind: z.enum(['table', 'partitioned', 'foreign', 'temporary', 'view']),
  plannerRows: z.number(),
  liveRows: z.number(),
  pages: z.number(),
  pageBytes: z.number(),
  deadRows: z.number(),
  modifiedSinceAnalyze: z.number(),
  lastAnalyzedAt: z.string().nullable(),
  partitions: z.array(z.string()),
});

/**
 * Without a schema in the statement: the table that this role's path finds, else the largest of that name. A partitioned table has no pages, and no
 * counters of its own: its parts have them.
 *
 * A session counts its changes a second late. Where ANALYZE followed at once on the only filling, they are counted as changes after it: as many as were ever
 * inserted, as many as the statistics tell of, and nothing else was ever changed.
 */
const tablesSql = `
  SELECT DISTINCT ON (w.schema, w.relation) c.oid::text AS id, n.nspname AS schema, c.relname AS relation,
         CASE WHEN c.relkind IN ('v', 'm') THEN 'view' WHEN c.relkind = 'p' THEN 'partitioned' WHEN c.relkind = 'f' THEN 'foreign'
              WHEN c.relpersistence = 't' THEN 'temporary' ELSE 'table' END AS kind,
         coalesce(p.tuples, c.reltuples)::float8 AS "plannerRows", coalesce(p.live, s.n_live_tup, 0)::float8 AS "liveRows",
         coalesce(p.pages, c.relpages)::float8 AS pages, current_setting('block_size')::float8 AS "pageBytes",
         coalesce(p.dead, s.n_dead_tup, 0)::float8 AS "deadRows", coalesce(p.modified,
           CASE WHEN s.n_tup_upd + s.n_tup_del = 0 AND s.n_mod_since_analyze = s.n_tup_ins AND abs(s.n_tup_ins - c.reltuples) <= 0.01 * c.reltuples
                THEN 0 ELSE s.n_mod_since_analyze END, 0)::float8 AS "modifiedSinceAnalyze",
         coalesce(p.names, '{}') AS partitions,
         to_char(greatest(s.last_analyze, s.last_autoanalyze) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS "lastAnalyzedAt"
  FROM unnest($1::text[], $2::text[]) AS w(schema, relation)
  JOIN pg_class c ON c.relname = w.relation AND c.relkind IN ('r', 'p', 'f', 'v', 'm')
  JOIN pg_namespace n ON n.oid = c.relnamespace AND (n.nspname = w.schema OR w.schema IS NULL)
       AND n.nspname NOT IN ('information_schema', 'pg_toast') AND n.nspname !~ '^pg_temp_'
  LEFT JOIN pg_stat_all_tables s ON s.relid = c.oid
  LEFT JOIN LATERAL (
    WITH RECURSIVE part AS (SELECT h.inhrelid AS oid FROM pg_inherits h WHERE h.inhparent = c.oid
                            UNION ALL SELECT h.inhrelid FROM pg_inherits h JOIN part ON h.inhparent = part.oid)
    SELECT sum(greatest(l.reltuples, 0)) AS tuples, sum(l.relpages) AS pages, sum(ls.n_live_tup) AS live, sum(ls.n_dead_tup) AS dead,
           sum(ls.n_mod_since_analyze) AS modified, array_agg(l.relname::text ORDER BY l.relname) AS names
    FROM part JOIN pg_class l ON l.oid = part.oid AND l.relkind <> 'p' LEFT JOIN pg_stat_all_tables ls ON ls.relid = l.oid
  ) p ON c.relkind = 'p'
  ORDER BY w.schema, w.relation, array_position($3::text[], n.nspname::text), c.relpages DESC, c.oid`;

const columnRow = z.object({
  table: z.string(),
  name: z.string(),
  type: z.string(),
  position: z.number(),
  distinct: z.number().nullable(),
  nullFraction: z.number(),
  averageWidth: z.number(),
  commonValues: z.array(z.string()).nullable(),
  commonFrequencies: z.array(z.number()).nullable(),
  histogram: z.array(z.string()).nullable(),
  hasByteOrder: z.boolean(),
  isIndexable: z.boolean(),
});

const columnsSql = `
  SELECT a.attrelid::text AS "table", a.attname AS name, format_type(a.atttypid, NULL) AS type, a.attnum::int AS position,
         s.n_distinct::float8 AS "distinct", coalesce(s.null_frac, 0)::float8 AS "nullFraction", coalesce(s.avg_width, 8)::float8 AS "averageWidth",
         (s.most_common_vals::text::text[])[1:10] AS "commonValues", (s.most_common_freqs::float8[])[1:10] AS "commonFrequencies",
         (s.histogram_bounds::text::text[])[1:201] AS histogram,
         a.attcollation = 0 OR coalesce(o.collname IN ('C', 'POSIX') OR (o.oid = 'pg_catalog.default'::regcollation AND d.datcollate IN ('C', 'POSIX')), false) AS "hasByteOrder",
         t.typtype = 'e' OR t.typname IN ('varchar', 'bpchar') OR EXISTS (SELECT FROM pg_opclass p JOIN pg_am m ON m.oid = p.opcmethod
              WHERE m.amname = 'btree' AND p.opcdefault AND p.opcintype = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END) AS "isIndexable"
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_type t ON t.oid = a.atttypid
  JOIN pg_database d ON d.datname = current_database()
  LEFT JOIN pg_collation o ON o.oid = a.attcollation
  LEFT JOIN pg_stats s ON s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = a.attname AND s.inherited = (c.relkind = 'p')
  WHERE a.attrelid = ANY($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
  ORDER BY a.attrelid, a.attnum`;

const indexRow = z.object({
  table: z.string(),
  name: z.string(),
  method: z.string(),
  keys: z.array(z.string()),
  definition: z.string(),
  valid: z.boolean(),
  isPartial: z.boolean(),
  patternOps: z.boolean(),
});

const indexesSql = `
  SELECT i.indrelid::text AS "table", c.relname AS name, m.amname AS method, i.indisvalid AND i.indisready AS valid, i.indpred IS NOT NULL AS "isPartial",
         pg_get_indexdef(i.indexrelid) AS definition,
         ARRAY(SELECT coalesce(a.attname::text, pg_get_indexdef(i.indexrelid, k, true)) FROM generate_series(1, i.indnkeyatts) k
               LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k - 1] AND i.indkey[k - 1] <> 0 ORDER BY k) AS keys,
         EXISTS (SELECT FROM pg_opclass o WHERE o.oid = ANY(i.indclass::oid[]) AND o.opcname LIKE '%pattern_ops') AS "patternOps"
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam
  WHERE i.indrelid = ANY($1::oid[])
  ORDER BY i.indrelid, c.relname`;

export interface TableName {
  schema: string | null;
  relation: string;
}

export interface FoundTables {
  tables: TableStatistics[];
  /** Names that are views: what they read is not known here. */
  views: string[];
}

/** Facts of the named tables, a name without schema along the path first, from the catalog and the statistics; only the texts of their indexes want a (shared) lock. Names that do not exist are left out. */
export async function readTables(session: Session, names: readonly TableName[], path: readonly string[]): Promise<FoundTables> {
  const rows = await session.query(tablesSql, tableRow, [names.map((name) => name.schema), names.map((name) => name.relation), path]);
  const unique = [...new Map(rows.map((row) => [row.id, row])).values()];
  const tables = unique.filter((row) => row.kind !== 'view');
  const ids = tables.map((row) => row.id);
  const columns = await session.query(columnsSql, columnRow, [ids]);
  const indexes = await session.query(indexesSql, indexRow, [ids]);
  return {
    tables: tables.map((row) =>
      describeTable(
        row,
        columns.filter((each) => each.table === row.id),
        indexes.filter((each) => each.table === row.id),
      ),
    ),
    views: unique.filter((row) => row.kind === 'view').map((row) => row.relation),
  };
}

function describeTable(
  row: z.infer<typeof tableRow>,
  columns: z.infer<typeof columnRow>[],
  indexes: z.infer<typeof indexRow>[],
): TableStatistics {
  // Never analyzed: the planner's number is -1, the counters know better.
  const rows = row.plannerRows > 0 ? row.plannerRows : row.liveRows;
  return {
    facts: {
      schema: row.schema,
      relation: row.relation,
      ...(row.kind === 'partitioned' ? { partitions: row.partitions.length } : {}),
      estimatedRows: rows,
      sizeBytes: row.pages * row.pageBytes,
      deadRows: row.deadRows,
      modifiedSinceAnalyze: row.modifiedSinceAnalyze,
      lastAnalyzedAt: row.lastAnalyzedAt,
      indexes: indexes.map(({ name, keys, definition, valid }) => ({ name, columns: keys, definition, valid })),
    },
    // A table that was filled a moment ago has no page count yet.
    pages: row.pages > 0 ? row.pages : Math.ceil(rows / 100),
    rows,
    kind: row.kind === 'view' ? 'foreign' : row.kind,
    partitions: row.partitions,
    columns: columns.map(({ commonValues, commonFrequencies, histogram, ...column }) => ({
      ...column,
      common: (commonValues ?? []).map((value, index) => ({ value, frequency: commonFrequencies?.[index] ?? 0 })),
      histogram: histogram ?? [],
    })),
    indexes: indexes,
  };
}
