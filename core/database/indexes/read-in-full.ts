import type { StatementDelta } from '../../model/database.js';
import { findTable } from './index-candidates.js';
import { nodesIn, type ParsedStatement } from '../sql/parse-statement.js';
import type { QueryShape } from '../sql/query-shape.js';
import type { TableStatistics } from './table-statistics.js';

/** An index costs up to a page a row. Ten times more pages than rows were not read for these rows. */
const pagesPerRow = 10;
/** Some pages may have been added since the statistics were taken. */
const nearlyAll = 0.9;

/**
 * Did the executions of the window read as many pages as the table has, each to return a few rows by the only condition? Then no index led them there,
 * whatever the plan with other values says. Only where all rows that match are returned: counted, grouped or cut off, their number is not known.
 */
export function isReadInFull(
  parsed: ParsedStatement,
  shape: QueryShape,
  tables: readonly TableStatistics[],
  statement: StatementDelta,
): boolean {
  const [use, other] = shape.tables;
  const table = use === undefined || other !== undefined ? null : findTable(use, tables);
  if (use === undefined || table === null || statement.calls <= 0 || !returnsAllMatches(parsed)) return false;
  if (use.hidden.length !== 1 || use.predicates.length > 0) return false;
  const pagesPerCall = (statement.sharedHitBlocks + statement.sharedReadBlocks) / statement.calls;
  return pagesPerCall >= nearlyAll * table.pages && pagesPerCall >= pagesPerRow * Math.max(1, statement.rowsPerCall);
}

function returnsAllMatches({ tree }: ParsedStatement): boolean {
  if (!('SelectStmt' in tree)) return false;
  const { targetList, groupClause, distinctClause, havingClause, limitCount, op } = tree.SelectStmt;
  const changes = [groupClause, distinctClause, havingClause, limitCount].some((clause) => clause !== undefined);
  // Any function of the target may be an aggregate; a sub-query reads for itself.
  const calls = [...nodesIn(targetList ?? [])].some((node) => 'FuncCall' in node || 'SubLink' in node);
  return !changes && !calls && (op === undefined || op === 'SETOP_NONE');
}
