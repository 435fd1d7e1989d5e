import type { ColumnStatistics } from '../indexes/table-statistics.js';
import type { ColumnPredicate, HiddenPredicate } from './query-shape.js';

/** `rare`: a value that hardly a row has. `absent`: one that no row has. An index that helps a frequent value may harm these. */
export type TrialSet = 'rare' | 'absent';

/** No word of any language that is written in Latin letters. */
const noWord = 'zqxjkvwq';
/** In a pattern a short one: the longer a pattern, the fewer rows the planner expects, and an index in the wanted order is taken, to no avail, where it expects many. */
const noPart = noWord.slice(0, 4);

/** One value for a parameter that is compared with `column`; null where the type or the statistics give none. */
export function trialValue(column: ColumnStatistics, predicate: ColumnPredicate | HiddenPredicate, set: TrialSet): string | null {
  if ('expression' in predicate) return hiddenTrial(column, predicate, set);
  if (predicate.kind === 'range') return edgeOf(column, predicate.direction === 'above' ? 'above' : 'below', set);
  return set === 'rare' ? rarest(column) : absentValue(column);
}

function hiddenTrial(column: ColumnStatistics, { kind, expression, operator }: HiddenPredicate, set: TrialSet): string | null {
  const isPattern = kind === 'regular-expression' || expression === null || /LIKE$/.test(operator);
  const value = set === 'rare' ? rarest(column) : isText(column) ? (isPattern ? noPart : noWord) : null;
  if (value === null) return null;
  const cased =
    expression?.startsWith('upper(') === true
      ? value.toUpperCase()
      : expression?.startsWith('lower(') === true
        ? value.toLowerCase()
        : value;
  if (kind === 'regular-expression') return cased.replace(/\W/g, '.');
  return isPattern ? `%${cased}%` : cased;
}

function isText({ type }: ColumnStatistics): boolean {
  return /^(text|character)/.test(type);
}

/** What is not among the most common values is rarer than they are; else the last of these. */
function rarest({ histogram, common }: ColumnStatistics): string | null {
  return histogram[Math.floor(histogram.length / 2)] ?? common.at(-1)?.value ?? null;
}

function absentValue(column: ColumnStatistics): string | null {
  const { type, histogram, common } = column;
  if (isText(column)) return noWord;
  if (type === 'uuid') return '00000000-0000-0000-0000-000000000000';
  if (/^(timestamp|date)/.test(type)) return '0001-01-01';
  if (!/^(smallint|integer|bigint|numeric|real|double precision)/.test(type)) return null;
  const known = [...histogram, ...common.map(({ value }) => value)].map(Number).filter((value) => Number.isFinite(value));
  return known.length === 0 ? null : String(Math.min(...known) - 1);
}

/** A range that begins where the values end. */
function edgeOf(column: ColumnStatistics, direction: 'above' | 'below', set: TrialSet): string | null {
  const { type, histogram } = column;
  const last = direction === 'above' ? histogram.at(-1) : histogram[0];
  if (last === undefined || set === 'rare') return last ?? null;
  if (/^(timestamp|date)/.test(type)) return direction === 'above' ? 'infinity' : '-infinity';
  if (isText(column)) return direction === 'above' ? `${last}${noWord}` : '';
  const edge = Number(last);
  return Number.isFinite(edge) ? String(direction === 'above' ? edge + 1 : edge - 1) : null;
}
