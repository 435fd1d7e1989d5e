import type { TableStatistics } from '../indexes/table-statistics.js';
import { parameterSites, pageParameters, wordParameters, type Page } from './parameter-values.js';
import type { ParsedStatement } from './parse-statement.js';
import type { HiddenPredicate, QueryShape } from './query-shape.js';
import { quoteLiteral } from './sql-text.js';

/** So many combinations are tried: the first fits nearly always, and each costs an execution. */
const mostSets = 3;

const shapes: [type: RegExp, fits: RegExp][] = [
  [/^(smallint|integer|bigint)$/, /^-?\d{1,18}$/],
  [/^(numeric|real|double precision)/, /^-?\d+(\.\d+)?$/],
  [/^uuid$/, /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i],
  [/^(timestamp|date)/, /^\d{4}-\d\d-\d\d/],
  [/^boolean$/, /^(true|false)$/],
  [/^(text|character)/, /./],
];

/**
 * Values of our own requests as literals for `$1…$n`, matched by type: several sets, since which text of a request a statement is asked with cannot be told
 * from outside. Empty when some parameter fits none of them; a LIMIT takes the page.
 */
export function ownValueSets(
  {
    parsed,
    shape,
    tables,
    types,
  }: { parsed: ParsedStatement; shape: QueryShape; tables: readonly TableStatistics[]; types: readonly string[] },
  values: readonly string[],
  page: Page,
): string[][] {
  const limits = pageParameters(parsed.tree);
  const words = wordParameters(parsed.tree);
  const sites = parameterSites(shape, tables);
  const choices = types.map((type, index): string[] => {
    const limit = limits.get(index + 1);
    const fixed = limit === undefined ? words.get(index + 1) : String(page[limit]);
    if (fixed !== undefined) return [fixed];
    const fits = shapes.find(([pattern]) => pattern.test(type))?.[1];
    const site = sites.get(index + 1);
    return fits === undefined ? [] : values.filter((value) => fits.test(value)).map((value) => asWritten(value, site?.predicate));
  });
  if (values.length === 0 || choices.some((each) => each.length === 0)) return [];
  const sets = Array.from({ length: mostSets }, (_none, at) =>
    choices.map((each, index) => `${quoteLiteral(each[Math.min(at, each.length - 1)] ?? '')}::${types[index] ?? 'text'}`),
  );
  return [...new Map(sets.map((set) => [set.join(), set])).values()];
}

/** The service puts wildcards around a text and lowers it before it asks; the load sends it bare. */
function asWritten(value: string, predicate: { text: string } | HiddenPredicate | undefined): string {
  if (predicate === undefined || !('expression' in predicate)) return value;
  const isPattern = /LIKE$/.test(predicate.operator);
  const cased =
    predicate.expression?.startsWith('lower(') === true
      ? value.toLowerCase()
      : predicate.expression?.startsWith('upper(') === true
        ? value.toUpperCase()
        : value;
  return isPattern && !/[%_]/.test(cased) ? `%${cased}%` : cased;
}

/** Deeper than anybody pages. */
const deepestOffset = 10_000_000;

/** Offsets that a number of our own requests may stand for: that page of so many rows, or the offset itself; the first numbers of a request count. */
export function ownOffsets(values: readonly string[], limit: number): number[] {
  const numbers = values.filter((value) => /^\d{1,8}$/.test(value)).map(Number);
  const offsets = numbers.flatMap((number) => [number * limit, number]).filter((offset) => offset > 0 && offset <= deepestOffset);
  return [...new Set(offsets)].slice(0, mostSets - 1);
}
