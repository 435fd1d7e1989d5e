import type { Node } from 'libpg-query';
import { findTable } from '../indexes/index-candidates.js';
import { nodesIn, type ParsedStatement } from './parse-statement.js';
import type { ColumnPredicate, HiddenPredicate, QueryShape } from './query-shape.js';
import { namesOf, quoteLiteral } from './sql-text.js';
import { trialValue, type TrialSet } from './trial-values.js';
import type { ColumnStatistics, TableStatistics } from '../indexes/table-statistics.js';

/** `typical`: values as most calls have them. `common`: the most frequent values, wide ranges. The others are for trials alone. */
export type ValueSet = 'typical' | 'common' | TrialSet;

/** Values for LIMIT and OFFSET where these are parameters. */
export interface Page {
  limit: number;
  offset: number;
}

export const firstPage: Page = { limit: 20, offset: 0 };

/**
 * One SQL literal for each `$n`, from the statistics of the column it is compared with. Null when nothing sensible is known for one of
 * them: then only a generic plan is honest. `types` are the server's, in order.
 */
export function chooseValues(
  parsed: ParsedStatement,
  shape: QueryShape,
  tables: readonly TableStatistics[],
  types: readonly string[],
  set: ValueSet,
  page: Page = firstPage,
): string[] | null {
  const sites = parameterSites(shape, tables);
  const limits = pageParameters(parsed.tree);
  const words = wordParameters(parsed.tree);
  const values = types.map((type, index) => {
    const number = index + 1;
    const site = sites.get(number);
    const limit = limits.get(number);
    if (limit !== undefined) return String(page[limit]);
    const word = words.get(number);
    if (word !== undefined) return word;
    const value = site === undefined ? null : valueAt(site, set);
    if (value === null) return defaultOf(type);
    return type.endsWith('[]') ? arrayOf(site?.column ?? null, value) : value;
  });
  const known = values.filter((value) => value !== null);
  return known.length === values.length ? known.map((value, index) => `${quoteLiteral(value)}::${types[index] ?? 'text'}`) : null;
}

interface Site {
  column: ColumnStatistics;
  predicate: ColumnPredicate | HiddenPredicate;
}

export function parameterSites(shape: QueryShape, tables: readonly TableStatistics[]): Map<number, Site> {
  const sites = new Map<number, Site>();
  for (const use of shape.tables) {
    const table = findTable(use, tables);
    for (const predicate of [...use.predicates, ...use.hidden]) {
      const column = table?.columns.find((each) => each.name === predicate.column);
      const { operand } = predicate;
      if (column !== undefined && operand.kind === 'parameter') sites.set(operand.number, { column, predicate });
    }
  }
  return sites;
}

/** Whether how deep a page is depends on a parameter. */
export function hasOffsetParameter(parsed: ParsedStatement): boolean {
  return [...pageParameters(parsed.tree).values()].includes('offset');
}

export function pageParameters(tree: Node): Map<number, 'limit' | 'offset'> {
  const found = new Map<number, 'limit' | 'offset'>();
  for (const node of nodesIn(tree)) {
    if (!('SelectStmt' in node)) continue;
    const { limitCount, limitOffset } = node.SelectStmt;
    for (const each of nodesIn([limitCount])) if ('ParamRef' in each) found.set(each.ParamRef.number ?? 0, 'limit');
    for (const each of nodesIn([limitOffset])) if ('ParamRef' in each) found.set(each.ParamRef.number ?? 0, 'offset');
  }
  return found;
}

/** First arguments that are words of a list of their own: with any other text the statement fails. The server's normalised text hides which it was. */
const firstWords = new Map([
  ['date_trunc', 'day'],
  ['date_part', 'day'],
  // What the grammar makes of AT TIME ZONE.
  ['timezone', 'UTC'],
]);

export function wordParameters(tree: Node): Map<number, string> {
  const found = new Map<number, string>();
  for (const node of nodesIn(tree)) {
    if (!('FuncCall' in node)) continue;
    const word = firstWords.get(namesOf(node.FuncCall.funcname).at(-1) ?? '');
    if (word === undefined) continue;
    for (const each of nodesIn(node.FuncCall.args?.slice(0, 1))) if ('ParamRef' in each) found.set(each.ParamRef.number ?? 0, word);
  }
  return found;
}

function valueAt(site: Site, set: ValueSet): string | null {
  const { column, predicate } = site;
  // Where a type has no such value (an enumeration has no absent one), an ordinary one stands for it.
  if (set === 'rare' || set === 'absent') return trialValue(column, predicate, set) ?? valueAt(site, 'typical');
  if ('expression' in predicate) return hiddenValue(column, predicate, set);
  if (predicate.kind !== 'range') return set === 'common' ? (column.common[0]?.value ?? ordinary(column)) : ordinary(column);
  // A range of a hundredth, or of half the table; open ranges begin near their end.
  const isAbove = predicate.direction === 'above';
  if (predicate.bounded === 'both') return quantile(column, set === 'common' ? (isAbove ? 0.25 : 0.75) : isAbove ? 0.5 : 0.51);
  return quantile(column, set === 'common' ? 0.5 : isAbove ? 0.99 : 0.01);
}

function hiddenValue(column: ColumnStatistics, { kind, expression, operator }: HiddenPredicate, set: ValueSet): string | null {
  const value = ordinary(column);
  if (value === null) return null;
  if (kind === 'regular-expression') return value.slice(1, 5).replace(/\W/g, '.');
  if (expression === null || operator === 'LIKE') return set === 'typical' ? `%${value.slice(1, 5)}%` : `${value.slice(0, 4)}%`;
  if (expression.startsWith('lower(')) return value.toLowerCase();
  return expression.startsWith('upper(') ? value.toUpperCase() : value;
}

/** The middle of the values that are not the most common ones. */
function ordinary(column: ColumnStatistics): string | null {
  return quantile(column, 0.5);
}

function quantile(column: ColumnStatistics, at: number): string | null {
  const { histogram, common } = column;
  if (histogram.length > 0) return histogram[Math.min(histogram.length - 1, Math.round(at * (histogram.length - 1)))] ?? null;
  return common[Math.floor(common.length / 2)]?.value ?? null;
}

const listLength = 10;

/** Ten values, as a batch would have. */
function arrayOf(column: ColumnStatistics | null, value: string): string {
  const values = column === null || column.histogram.length === 0 ? [value] : column.histogram;
  const step = Math.max(1, Math.floor(values.length / listLength));
  const chosen = values.filter((_value, index) => index % step === 0).slice(0, listLength);
  return `{${chosen.map((each) => `"${each.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`).join(',')}}`;
}

const defaults: [RegExp, string][] = [
  [/\[\]$/, '{}'],
  [/^(smallint|integer|bigint|numeric|real|double precision)/, '1'],
  [/^boolean/, 'true'],
  [/^(timestamp|date)/, 'yesterday'],
  [/^interval/, '1 day'],
  [/^uuid/, '00000000-0000-0000-0000-000000000000'],
  [/^jsonb?/, '{}'],
  [/^(text|character)/, 'a'],
];

function defaultOf(type: string): string | null {
  return defaults.find(([pattern]) => pattern.test(type))?.[1] ?? null;
}
