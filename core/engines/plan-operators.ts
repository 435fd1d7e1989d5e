import type { Operator } from './engine.js';

/** Whose plans speak which words. Only their plans are read: such a database is not observed in its own words. */
interface PlanWords {
  formats: RegExp;
  /** The first that fits; a word that fits none is `other`. */
  operators: readonly (readonly [words: RegExp, operator: Operator])[];
}

/** https://dev.mysql.com/doc/refman/8.4/en/explain-output.html, https://mariadb.com/kb/en/analyze-format-json/ */
const mysql: PlanWords = {
  formats: /^(?:mysql|mariadb)-/,
  operators: [
    [/^Table scan/, 'full-scan'],
    [
      /^(?:Multi-range )?(?:Covering |Single-row |Index )?(?:covering )?(?:index )?(?:lookup|scan|range scan|skip scan|merge|read)\b/i,
      'index-scan',
    ],
    [/^(?:Intersect rows|Rowid)/, 'bitmap-scan'],
    [/^Sort/, 'sort'],
    [/^Limit/, 'limit'],
    [/^(?:Nested loop|Block nested loop)/, 'nested-loop'],
    [/^Query block/, 'hand-on'],
  ],
};

/** https://www.sqlite.org/eqp.html: a scan visits every row, a search some of them; a covering index is read instead of the table. */
const sqlite: PlanWords = {
  formats: /^sqlite/,
  operators: [
    [/^Scan table/, 'full-scan'],
    [/^(?:Search|Scan) (?:automatic )?(?:covering )?(?:index|primary key)/, 'index-scan'],
    [/^MULTI-INDEX/, 'bitmap-scan'],
    [/^USE TEMP B-TREE/, 'sort'],
    [/^Query$/, 'hand-on'],
  ],
};

/** https://www.mongodb.com/docs/manual/reference/explain-results/; names of the slot-based engine are in small letters. */
const mongodb: PlanWords = {
  formats: /^mongodb/,
  operators: [
    [/^(?:COLLSCAN|scan)$/, 'full-scan'],
    [/^(?:IXSCAN|ixscan|ixseek|IDHACK|COUNT_SCAN|DISTINCT_SCAN|EXPRESS_\w+|CLUSTERED_IXSCAN)$/, 'index-scan'],
    [/^(?:AND_SORTED|AND_HASH|OR)$/, 'bitmap-scan'],
    [/^(?:SORT\w*|sort|\$sort)$/, 'sort'],
    [/^(?:LIMIT|limit|limitskip|\$limit)$/, 'limit'],
    [/^(?:EQ_LOOKUP|\$lookup|nlj)$/, 'nested-loop'],
    [/^(?:FETCH|SHARD\w*|SINGLE_SHARD|shard .*)$/, 'hand-on'],
  ],
};

const all: readonly PlanWords[] = [mysql, sqlite, mongodb];

/** What a node does in a plan of an engine that is not observed; null = the format is of none of these. */
export function foreignOperator(format: string, nodeType: string): Operator | null {
  const words = all.find(({ formats }) => formats.test(format));
  if (words === undefined) return null;
  return words.operators.find(([word]) => word.test(nodeType))?.[1] ?? 'other';
}
