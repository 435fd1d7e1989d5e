import type { JoinExpr, Node, SelectStmt, SortBy, WithClause } from 'libpg-query';
import type { ParsedStatement } from './parse-statement.js';
import { nodesIn } from './parse-statement.js';
import { readConditions } from './read-conditions.js';
import type { QueryShape, SortColumn, TableColumns, TableUse } from './query-shape.js';
import { Scope } from './query-scope.js';
import { columnName } from './sql-text.js';

/**
 * Which columns of which tables a statement compares, joins and sorts by. Aliases, CTEs, derived tables and correlated subqueries are
 * resolved; an unqualified column goes to the one table that has it by the catalog, and is left out when that is not sure.
 */
export function readQueryShape(parsed: ParsedStatement, catalog: readonly TableColumns[]): QueryShape {
  const tables: TableUse[] = [];
  const scope = new Scope(tables, catalog, null);
  const { tree } = parsed;
  if ('SelectStmt' in tree) readSelect(tree.SelectStmt, scope);
  else if ('UpdateStmt' in tree) readChange(tree.UpdateStmt.relation, tree.UpdateStmt.fromClause, tree.UpdateStmt, scope);
  else if ('DeleteStmt' in tree) readChange(tree.DeleteStmt.relation, tree.DeleteStmt.usingClause, tree.DeleteStmt, scope);
  else if ('InsertStmt' in tree && tree.InsertStmt.selectStmt !== undefined) {
    readCtes(tree.InsertStmt.withClause, scope);
    readSubquery(tree.InsertStmt.selectStmt, scope);
  }
  return { tables };
}

function readSubquery(node: Node, outer: Scope): void {
  if ('SelectStmt' in node) readSelect(node.SelectStmt, outer.inner(false));
}

function readSelect(select: SelectStmt, scope: Scope): void {
  readCtes(select.withClause, scope);
  if (select.larg !== undefined || select.rarg !== undefined) {
    for (const side of [select.larg, select.rarg]) if (side !== undefined) readSelect(side, scope.inner(false));
    return;
  }
  const conditions = (select.fromClause ?? []).flatMap((node) => readFrom(node, scope));
  if (select.whereClause !== undefined) conditions.push(select.whereClause);
  const own = scope.ownTables();
  readInner(conditions, scope);
  readConditions(conditions, scope);
  const isPlain = select.groupClause === undefined && select.distinctClause === undefined && !hasAggregate(select);
  const sort = isPlain ? readSort(select, scope) : null;
  if (sort !== null) sort.table.sort = sort.columns;
  const single = sort?.table ?? (own.length === 1 && select.sortClause === undefined ? own[0] : undefined);
  if (select.limitCount !== undefined && isPlain && single !== undefined) single.limited = true;
  readInner([select.targetList, select.havingClause], scope);
}

function readChange(
  relation: Parameters<Scope['addTable']>[0] | undefined,
  from: Node[] | undefined,
  change: { whereClause?: Node; withClause?: WithClause; targetList?: Node[] },
  scope: Scope,
): void {
  readCtes(change.withClause, scope);
  if (relation !== undefined) scope.addTable(relation);
  const conditions = (from ?? []).flatMap((node) => readFrom(node, scope));
  if (change.whereClause !== undefined) conditions.push(change.whereClause);
  readInner([change.targetList, conditions], scope);
  readConditions(conditions, scope);
}

/** A name of WITH hides a table of the same name, also from the queries beside it. */
function readCtes(clause: WithClause | undefined, scope: Scope): void {
  for (const node of clause?.ctes ?? []) {
    if (!('CommonTableExpr' in node)) continue;
    const { ctename, ctequery } = node.CommonTableExpr;
    if (ctename !== undefined) scope.hideName(ctename);
    if (ctequery !== undefined) readSubquery(ctequery, scope);
  }
}

/** Adds the tables of one entry of FROM and returns its join conditions. */
function readFrom(node: Node, scope: Scope): Node[] {
  if ('RangeVar' in node) scope.addTable(node.RangeVar);
  else if ('RangeSubselect' in node) {
    scope.addDerived(node.RangeSubselect.alias?.aliasname ?? null);
    if (node.RangeSubselect.subquery !== undefined) readSubquery(node.RangeSubselect.subquery, scope);
  } else if ('JoinExpr' in node) return readJoin(node.JoinExpr, scope);
  else if ('RangeFunction' in node) scope.addDerived(node.RangeFunction.alias?.aliasname ?? null);
  return [];
}

function readJoin(join: JoinExpr, scope: Scope): Node[] {
  const sides = [join.larg, join.rarg].flatMap((side) => (side === undefined ? [] : readFrom(side, scope)));
  return join.quals === undefined ? sides : [...sides, join.quals];
}

/**
 * Subqueries inside expressions; those inside them are found when they are read. One that yields a value runs for every row around it, so
 * that columns from there are fixed for it; EXISTS and IN are joins in disguise.
 */
function readInner(value: unknown, scope: Scope): void {
  for (const node of outermostSublinks(value)) {
    if (!('SubLink' in node) || node.SubLink.subselect === undefined || !('SelectStmt' in node.SubLink.subselect)) continue;
    const { subLinkType, subselect } = node.SubLink;
    const inner = scope.inner(subLinkType === 'EXPR_SUBLINK' || subLinkType === 'ARRAY_SUBLINK');
    readSelect(subselect.SelectStmt, inner);
    scope.rememberSubquery(subselect, inner.ownTables()[0] ?? null);
  }
}

function* outermostSublinks(value: unknown): Generator<Node> {
  if (Array.isArray(value)) for (const each of value) yield* outermostSublinks(each);
  else if (typeof value === 'object' && value !== null) {
    if ('SubLink' in value) yield value as Node;
    else for (const each of Object.values(value)) yield* outermostSublinks(each);
  }
}

const aggregates = new Set([
  'count',
  'sum',
  'avg',
  'min',
  'max',
  'array_agg',
  'string_agg',
  'json_agg',
  'jsonb_agg',
  'bool_and',
  'bool_or',
]);

function hasAggregate(select: SelectStmt): boolean {
  for (const node of nodesIn(select.targetList)) {
    if (!('FuncCall' in node) || node.FuncCall.over !== undefined) continue;
    const name = node.FuncCall.funcname?.at(-1);
    if (name !== undefined && 'String' in name && aggregates.has(name.String.sval ?? '')) return true;
  }
  return false;
}

function readSort(select: SelectStmt, scope: Scope): { table: TableUse; columns: SortColumn[] } | null {
  let table: TableUse | null = null;
  const columns: SortColumn[] = [];
  for (const node of select.sortClause ?? []) {
    const sorted = 'SortBy' in node ? readSortColumn(node.SortBy, select, scope) : null;
    if (sorted === null || (table !== null && sorted.table !== table)) return null;
    table = sorted.table;
    columns.push(sorted.column);
  }
  return table === null ? null : { table, columns };
}

function readSortColumn(sort: SortBy, select: SelectStmt, scope: Scope): { table: TableUse; column: SortColumn } | null {
  const node = sort.node === undefined ? null : sortTarget(sort.node, select);
  if (node === null || !('ColumnRef' in node)) return null;
  const found = scope.resolve(node.ColumnRef);
  if (found === null || found.isOuter) return null;
  const nullsFirst = sort.sortby_nulls === 'SORTBY_NULLS_FIRST' ? true : sort.sortby_nulls === 'SORTBY_NULLS_LAST' ? false : null;
  return { table: found.table, column: { column: found.column, descending: sort.sortby_dir === 'SORTBY_DESC', nullsFirst } };
}

/** `ORDER BY 2` and `ORDER BY total` name what the select list computes. */
function sortTarget(node: Node, select: SelectStmt): Node | null {
  const targets = (select.targetList ?? []).flatMap((each) => ('ResTarget' in each ? [each.ResTarget] : []));
  if ('A_Const' in node) return targets[(node.A_Const.ival?.ival ?? 0) - 1]?.val ?? null;
  if (!('ColumnRef' in node)) return null;
  const name = columnName(node.ColumnRef);
  const named = name?.qualifier === null ? targets.find((target) => target.name === name.column) : undefined;
  return named?.val ?? node;
}
