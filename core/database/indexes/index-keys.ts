import { plural } from '../../model/figures.js';
import type { ScanWork } from './scan-work.js';
import type { ColumnPredicate, QueryShape, TableUse } from '../sql/query-shape.js';
import { quoteIdentifier } from '../sql/sql-text.js';
import { equalityShare, type ColumnStatistics, type TableStatistics } from './table-statistics.js';

interface IndexKey {
  column: string;
  sql: string;
  role: 'equality' | 'join' | 'sort' | 'range';
}

export interface KeyChoice {
  keys: IndexKey[];
  where: string | null;
  /** 0..1 of the table that the index leads to. */
  share: number;
  hasRange: boolean;
  /** Rows come in the wanted order and a LIMIT stops the scan. */
  stopsEarly: boolean;
  reason: string;
}

export interface KeyContext {
  shape: QueryShape;
  tables: readonly TableStatistics[];
  done: ScanWork | null;
}

const mostKeys = 3;
/** So few rows are read at once; another column would only cost writes. */
const fewRows = 50;
/** A further equality column must at least halve the rows. */
const worthwhile = 0.5;
/** Shares of a range without a better estimate: the planner's defaults, and a guess for a prefix of a few letters. */
const rangeShares = { both: 0.005, one: 1 / 3, prefix: 0.01 };
const listLength = 10;

interface Term {
  predicate: ColumnPredicate;
  column: ColumnStatistics;
  share: number;
}

/** The keys of the best btree for one use of a table, or null when none of its conditions could use one. */
export function chooseKeys(use: TableUse, table: TableStatistics, context: KeyContext): KeyChoice | null {
  const terms = termsOf(use, table);
  const fixed = fixedTerms(terms, use, context);
  const partial = partialCondition(terms);
  const choice: KeyChoice = {
    keys: [],
    where: partial?.where ?? null,
    share: partial?.share ?? 1,
    hasRange: false,
    stopsEarly: false,
    reason: '',
  };
  const words: string[] = partial === null ? [] : [`only rows with ${partial.text}`];
  const canSort = use.limited && use.sort.length > 0 && terms.every((term) => term.predicate.kind !== 'set');
  for (const term of fixed) {
    const isEnough = choice.share * table.rows <= fewRows && choice.keys.length > 0;
    const isWorthwhile = choice.keys.length === 0 || term.share <= worthwhile;
    if (isEnough || !isWorthwhile || choice.keys.length >= mostKeys - (canSort ? 1 : 0) || has(choice, term.column.name)) continue;
    choice.keys.push(keyOf(term, term.predicate.kind === 'join' ? 'join' : 'equality'));
    choice.share *= term.share;
    words.push(`${term.predicate.text} (about ${rowsText(term.share * table.rows)} a value)`);
  }
  if (choice.share * table.rows > fewRows || choice.keys.length === 0) appendOrderOrRange(choice, use, terms, canSort, words);
  // In the wanted order a scan stops early: how many rows there are in all says nothing.
  const leadsTo =
    choice.stopsEarly && choice.share === 1 ? '' : `: leads to about ${rowsText(choice.share * table.rows)} of ${rowsText(table.rows)}`;
  choice.reason = `${words.join('; then ')}${leadsTo}`;
  return choice.keys.length === 0 ? null : choice;
}

function has(choice: KeyChoice, column: string): boolean {
  return choice.keys.some((key) => key.column === column);
}

function rowsText(rows: number): string {
  return plural(Math.max(1, Math.round(rows)), 'row');
}

/** Conditions on columns that a btree can hold, each with the share of the rows that it leaves. */
function termsOf(use: TableUse, table: TableStatistics): Term[] {
  return use.predicates.flatMap((predicate) => {
    const column = table.columns.find((each) => each.name === predicate.column && each.isIndexable);
    return column === undefined ? [] : [{ predicate, column, share: shareOf(predicate, column, table.rows) }];
  });
}

function shareOf(predicate: ColumnPredicate, column: ColumnStatistics, rows: number): number {
  switch (predicate.kind) {
    case 'equality':
    case 'join':
      return literalShare(predicate, column) ?? equalityShare(column, rows);
    case 'set':
      return Math.min(1, listLength * equalityShare(column, rows));
    case 'is-null':
      return column.nullFraction;
    case 'prefix':
      return rangeShares.prefix;
    case 'range':
      return rangeShares[predicate.bounded ?? 'one'];
    case 'containment':
      return 1;
  }
}

/** A literal that is common has its own share. */
function literalShare(predicate: ColumnPredicate, column: ColumnStatistics): number | null {
  if (predicate.operand.kind !== 'literal') return null;
  const { text } = predicate.operand;
  return column.common.find((entry) => entry.value === text)?.frequency ?? null;
}

/** Equalities of the statement's own values first; those with another table when its rows are few enough to look up one by one. */
function fixedTerms(terms: Term[], use: TableUse, context: KeyContext): Term[] {
  const own = terms.filter(({ predicate }) => predicate.kind === 'equality' || predicate.kind === 'set');
  const joined = terms.filter((term) => term.predicate.kind === 'join' && isDriven(term, use, context));
  const table = (term: Term): number => term.share;
  const byShare = (a: Term, b: Term): number => table(a) - table(b) || a.column.position - b.column.position;
  const [best] = [...own].sort(byShare);
  const [bestJoin] = [...joined].sort(byShare);
  // The statement's own values select well enough alone: the join needs no index here.
  if (bestJoin === undefined || (best !== undefined && best.share <= bestJoin.share * 10)) return [...own].sort(byShare);
  return [bestJoin, ...[...own].sort(byShare)];
}

/** Rows of the other side, after its own conditions, times rows found for each must stay a small part of the table. */
function isDriven(term: Term, use: TableUse, { shape, tables }: KeyContext): boolean {
  const { joinedTo } = term.predicate;
  const other = joinedTo === null ? undefined : shape.tables[joinedTo];
  if (other === undefined || other === use) return false;
  const table = tables.find(({ facts }) => facts.relation === other.relation && (other.schema === null || facts.schema === other.schema));
  if (table === undefined) return false;
  const own = termsOf(other, table).filter(({ predicate }) => predicate.kind !== 'join');
  const left = own.reduce((share, each) => share * each.share, 1) * table.rows;
  return own.length > 0 && left * term.share <= 0.2;
}

/** NULLs that are rare, in a column that is asked for NULL, need no key: an index of these rows only is small. */
function partialCondition(terms: Term[]): { where: string; share: number; text: string } | null {
  const rare = terms.find(({ predicate, share }) => predicate.kind === 'is-null' && share <= 0.1);
  const others = terms.some(({ predicate }) => predicate.kind !== 'is-null');
  if (rare === undefined || !others) return null;
  return { where: `${quoteIdentifier(rare.column.name)} IS NULL`, share: rare.share, text: rare.predicate.text };
}

function appendOrderOrRange(choice: KeyChoice, use: TableUse, terms: Term[], canSort: boolean, words: string[]): void {
  if (canSort) {
    appendSort(choice, use, words);
    if (choice.stopsEarly) return;
  }
  const ranges = terms
    .filter(({ predicate, column }) => ['range', 'prefix', 'is-null'].includes(predicate.kind) && !has(choice, column.name))
    .filter(({ predicate }) => predicate.kind !== 'is-null' || choice.where === null)
    .sort((a, b) => a.share - b.share || a.column.position - b.column.position);
  const [range] = ranges;
  if (range === undefined || choice.keys.length >= mostKeys) return;
  choice.keys.push(keyOf(range, 'range'));
  choice.share *= range.share;
  choice.hasRange = range.predicate.kind !== 'is-null';
  words.push(`${range.predicate.text} (range)`);
}

function appendSort(choice: KeyChoice, use: TableUse, words: string[]): void {
  const columns = use.sort.filter((sort) => !has(choice, sort.column));
  if (columns.length === 0 || choice.keys.length + columns.length > mostKeys) return;
  // A btree is read in both directions: only mixed directions, or NULLs at the unusual end, must be written down.
  const isUniform = columns.every((sort) => sort.descending === columns[0]?.descending && sort.nullsFirst === null);
  for (const sort of columns) {
    const nulls = sort.nullsFirst === null ? '' : ` NULLS ${sort.nullsFirst ? 'FIRST' : 'LAST'}`;
    const direction = isUniform ? '' : `${sort.descending ? ' DESC' : ''}${nulls}`;
    choice.keys.push({ column: sort.column, sql: `${quoteIdentifier(sort.column)}${direction}`, role: 'sort' });
  }
  choice.stopsEarly = true;
  words.push(`in the order of ${columns.map((sort) => sort.column).join(', ')}, so that the LIMIT stops early`);
}

function keyOf(term: Term, role: IndexKey['role']): IndexKey {
  const name = term.column.name;
  const needsPatternOps = term.predicate.kind === 'prefix' && !term.column.hasByteOrder;
  return { column: name, sql: `${quoteIdentifier(name)}${needsPatternOps ? ' text_pattern_ops' : ''}`, role };
}
