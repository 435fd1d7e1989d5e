import type { StatementScan } from '../../model/database.js';
import { createIndexStatement } from './index-definition.js';
import { findTable } from './index-candidates.js';
import type { HiddenPredicate, QueryShape, TableUse } from '../sql/query-shape.js';
import { plainIdentifier } from '../sql/sql-text.js';
import type { ColumnStatistics, TableStatistics } from './table-statistics.js';
import { trigramAdvice, trigramStatement, type Trigrams } from './trigram-index.js';

type NonSargable = StatementScan['nonSargable'][number];

/** What is known beyond the text and the statistics. */
export interface ServerFacts {
  /** Names of the functions that may stand in an index (all their variants are immutable). */
  immutableFunctions: ReadonlySet<string>;
  trigrams: Trigrams;
  /** The executions were seen to read the whole table to return a few rows: no index serves its only condition. */
  isReadInFull?: boolean;
}

/**
 * Conditions that hide their column from plain indexes, each with a rewrite that frees it or an index on the very expression, whichever
 * leaves the result as it is. An expression that an index already holds is not listed.
 */
export function nonSargablePredicates(shape: QueryShape, tables: readonly TableStatistics[], server: ServerFacts): NonSargable[] {
  const found = new Map<string, NonSargable>();
  for (const use of shape.tables) {
    const table = findTable(use, tables);
    if (table === null) continue;
    for (const hidden of [...use.hidden, ...numericComparisons(use, table)]) {
      const column = table.columns.find((each) => each.name === hidden.column);
      if (column === undefined || isServed(hidden, column, table, server.isReadInFull === true)) continue;
      found.set(`${table.facts.relation} ${hidden.text}`, describe(hidden, column, table, server));
    }
  }
  return [...found.values()];
}

const integerTypes = new Set(['smallint', 'integer', 'bigint']);
const widerTypes = new Set(['numeric', 'decimal', 'float4', 'float8', 'double precision', 'real']);

/** `id = $1::numeric` converts the column of every row, although the statement does not say so. */
function numericComparisons(use: TableUse, table: TableStatistics): HiddenPredicate[] {
  return use.predicates.flatMap((predicate) => {
    const { operand } = predicate;
    if (operand.kind === 'expression' || operand.cast === null || !widerTypes.has(operand.cast)) return [];
    const column = table.columns.find((each) => each.name === predicate.column);
    if (column === undefined || !integerTypes.has(column.type)) return [];
    const other = operand.kind === 'parameter' ? `$${operand.number}` : operand.text;
    return [{ column: column.name, kind: 'cast-on-column', text: predicate.text, expression: null, operator: '=', other, operand }];
  });
}

function isServed(hidden: HiddenPredicate, column: ColumnStatistics, table: TableStatistics, isReadInFull: boolean): boolean {
  const valid = table.indexes.filter((index) => index.valid);
  if (hidden.kind === 'pattern-parameter') {
    // A btree in byte order serves the pattern if it has no wildcard in front: only what the executions read can tell that it has one.
    if (isReadInFull) return false;
    const servesPrefix = valid.some((index) => index.keys[0] === column.name && (index.patternOps || column.hasByteOrder));
    return servesPrefix || hasTrigramIndex(table, column.name);
  }
  if (hidden.expression === null) return hasTrigramIndex(table, column.name);
  const wanted = normalise(hidden.expression, column);
  return valid.some((index) => index.keys.some((key) => normalise(key, column) === wanted));
}

function hasTrigramIndex(table: TableStatistics, column: string): boolean {
  return table.indexes.some((index) => index.valid && /_trgm_ops/.test(index.definition) && index.definition.includes(column));
}

/** The server prints `lower((email)::text)` for `lower(email)`; on a column that is no text the cast means something. */
function normalise(expression: string, column: ColumnStatistics): string {
  const plain = expression.toLowerCase().replace(/[\s()"]/g, '');
  return /^(text|character)/.test(column.type) ? plain.replace(/::(text|charactervarying|varchar|bpchar)\b/g, '') : plain;
}

function describe(hidden: HiddenPredicate, column: ColumnStatistics, table: TableStatistics, server: ServerFacts): NonSargable {
  const rewrite = rewriteOf(hidden, column);
  const indexStatement = rewrite === null ? indexFor(hidden, table, server) : null;
  const fallback = indexStatement === null ? adviceFor(hidden, table, server) : null;
  return {
    kind: hidden.kind,
    predicate: hidden.text,
    relation: table.facts.relation,
    column: hidden.column,
    rewrite: rewrite ?? fallback,
    indexStatement,
  };
}

/** Equivalent conditions with the column alone; null when there is none that always holds. */
function rewriteOf(hidden: HiddenPredicate, column: ColumnStatistics): string | null {
  const { other, operator, expression } = hidden;
  const name = plainIdentifier(hidden.column);
  if (other === null) return null;
  if (expression === null) return hidden.kind === 'cast-on-column' ? `${name} ${operator} ${other}::${column.type}` : null;
  const isTime = /^(timestamp|date)/.test(column.type);
  const isDay = [`date(${name})`, `${name}::date`, `date_trunc('day', ${name})`].includes(expression);
  if (isTime && isDay) return dayRange(name, operator, other);
  if (isTime && expression === `extract(year from ${name})` && operator === '=') {
    return `${name} >= make_date(${other}::int, 1, 1) AND ${name} < make_date(${other}::int + 1, 1, 1)`;
  }
  if (hidden.kind === 'cast-on-column' && operator === '=' && expression === `${name}::text`) return `${name} = ${other}::${column.type}`;
  return shifted(expression, name, operator, other);
}

function dayRange(name: string, operator: string, other: string): string | null {
  const nextDay = `${other}::date + 1`;
  switch (operator) {
    case '=':
      return `${name} >= ${other}::date AND ${name} < ${nextDay}`;
    case '>=':
    case '<':
      return `${name} ${operator} ${other}::date`;
    case '>':
      return `${name} >= ${nextDay}`;
    case '<=':
      return `${name} < ${nextDay}`;
    default:
      return null;
  }
}

/** `col + 5 > x` is `col > x - 5`. */
function shifted(expression: string, name: string, operator: string, other: string): string | null {
  const match = /^(\S+) ([+-]) (\S.*)$/.exec(expression);
  if (match?.[1] !== name || match[3] === undefined) return null;
  return `${name} ${operator} ${other} ${match[2] === '+' ? '-' : '+'} ${match[3]}`;
}

/** An index on exactly the expression of the statement, if all of it is immutable and free of parameters. */
function indexFor(hidden: HiddenPredicate, table: TableStatistics, server: ServerFacts): string | null {
  const { schema, relation } = table.facts;
  if (isSearch(hidden))
    return server.trigrams.state === 'created' ? trigramStatement({ ...hidden, schema, relation }, server.trigrams.operatorClass) : null;
  if (hidden.expression === null) return null;
  if (/\$\d/.test(hidden.expression) || hidden.kind === 'cast-on-column') return null;
  const functions = [...hidden.expression.matchAll(/(?<![\w.])([a-z_][\w.]*)\(/gi)].map((match) => match[1] ?? '');
  if (functions.some((name) => name !== 'coalesce' && !server.immutableFunctions.has(name))) return null;
  const word = hidden.expression.replace(/\W+/g, '_').replace(/^_+|(?<!_)_+$/g, '');
  return createIndexStatement({ schema, relation, where: null, method: 'btree', keys: [{ sql: `(${hidden.expression})`, word }] });
}

const searches = new Set(['leading-wildcard', 'case-insensitive-pattern', 'regular-expression', 'pattern-parameter']);

/** For a pattern in the column, or by LIKE in an expression of the column alone; with a parameter or a cast in it the expression cannot be indexed as it stands. */
function isSearch({ operator, expression, kind }: HiddenPredicate): boolean {
  if (expression === null) return searches.has(kind);
  return /LIKE$/.test(operator) && !/\$\d/.test(expression) && kind === 'function-on-column';
}

function adviceFor(hidden: HiddenPredicate, { facts: { schema, relation } }: TableStatistics, { trigrams }: ServerFacts): string {
  if (!isSearch(hidden)) return `Keep ${hidden.column} alone on one side of the comparison ${hidden.text}.`;
  const index = trigramAdvice({ ...hidden, schema, relation }, trigrams);
  return hidden.expression === null
    ? `Search ${hidden.column} by a prefix (LIKE 'x%', with text_pattern_ops) or by full text. Or leave the statement as it is: ${index}`
    : index;
}
