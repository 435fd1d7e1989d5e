import type { KeyChoice } from './index-keys.js';
import type { TableUse } from '../sql/query-shape.js';
import { equalityShare, type IndexFacts, type TableStatistics } from './table-statistics.js';

/** A valid btree over all rows whose first keys are the wanted ones, the equal ones in whatever order. */
export function isCovered(choice: KeyChoice, table: TableStatistics): boolean {
  return usableIndexes(table).some((index) => {
    const wantsPattern = choice.keys.some((key) => key.sql.endsWith(' text_pattern_ops'));
    if (wantsPattern !== index.patternOps && choice.keys.some((key) => key.role === 'range')) return false;
    const equal = choice.keys.filter((key) => key.role === 'equality' || key.role === 'join').map((key) => key.column);
    const rest = choice.keys.filter((key) => key.role === 'sort' || key.role === 'range').map((key) => key.column);
    const first = index.keys.slice(0, equal.length);
    return equal.every((column) => first.includes(column)) && rest.every((column, offset) => index.keys[equal.length + offset] === column);
  });
}

/** Rows that one look-up may read without anybody noticing. */
const unnoticed = 100;

/** An index that is there leads to about as few rows: another column would not be felt. */
export function servesWell(choice: KeyChoice, use: TableUse, table: TableStatistics): boolean {
  const equal = new Set(
    use.predicates.filter((predicate) => ['equality', 'set', 'is-null'].includes(predicate.kind)).map((predicate) => predicate.column),
  );
  if (choice.keys.some((key) => key.role === 'join')) for (const key of choice.keys) if (key.role === 'join') equal.add(key.column);
  const wanted = choice.share * table.rows;
  return usableIndexes(table).some((index) => {
    let share = 1;
    for (const key of index.keys) {
      const column = table.columns.find((each) => each.name === key);
      if (column === undefined || !equal.has(key)) break;
      share *= equalityShare(column, table.rows);
    }
    const rows = share * table.rows;
    return share < 1 && (rows <= unnoticed || rows <= 2 * wanted);
  });
}

function usableIndexes(table: TableStatistics): IndexFacts[] {
  return table.indexes.filter((index) => index.valid && index.method === 'btree' && !index.isPartial);
}
