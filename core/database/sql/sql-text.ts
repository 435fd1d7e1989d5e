import type { A_Const, A_Expr, ColumnRef, FuncCall, Node, TypeCast, TypeName } from 'libpg-query';

/** Always quoted: no list of reserved words to keep, and upper case survives. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function quoteLiteral(value: string): string {
  return `${value.includes('\\') ? 'E' : ''}'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

/** As people write it: quotes only where they are needed. */
export function plainIdentifier(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : quoteIdentifier(name);
}

export function namesOf(nodes: readonly Node[] | undefined): string[] {
  return (nodes ?? []).flatMap((node) => ('String' in node ? [node.String.sval ?? ''] : []));
}

/** Last two parts of a column's name; null for `*`. */
export function columnName(ref: ColumnRef): { qualifier: string | null; column: string } | null {
  const names = namesOf(ref.fields);
  const column = names.at(-1);
  if (column === undefined || names.length !== ref.fields?.length) return null;
  return { qualifier: names.at(-2) ?? null, column };
}

/** SQL of an expression, its columns without their table; null for what is too unusual to be printed faithfully. */
export function printExpression(node: Node): string | null {
  if ('ColumnRef' in node) return printColumn(node.ColumnRef);
  if ('A_Const' in node) return printConstant(node.A_Const);
  if ('ParamRef' in node) return `$${node.ParamRef.number ?? 0}`;
  if ('TypeCast' in node) return printCast(node.TypeCast);
  if ('FuncCall' in node) return printCall(node.FuncCall);
  if ('CoalesceExpr' in node) return printList('coalesce', node.CoalesceExpr.args);
  if ('A_Expr' in node) return printOperation(node.A_Expr);
  return null;
}

function printColumn(ref: ColumnRef): string | null {
  const name = columnName(ref);
  return name === null ? null : plainIdentifier(name.column);
}

/** The parser leaves out zero, false and the empty string. */
function printConstant(value: A_Const): string | null {
  if (value.isnull === true) return 'NULL';
  if (value.ival !== undefined) return String(value.ival.ival ?? 0);
  if (value.fval !== undefined) return value.fval.fval ?? '0';
  if (value.boolval !== undefined) return String(value.boolval.boolval ?? false);
  if (value.sval !== undefined) return quoteLiteral(value.sval.sval ?? '');
  return null;
}

/** Type as written, without the schema that the grammar adds to its own names. */
export function typeText(type: TypeName | undefined): string {
  const name = namesOf(type?.names)
    .filter((part) => part !== 'pg_catalog')
    .map(plainIdentifier)
    .join('.');
  return `${name}${'[]'.repeat(type?.arrayBounds?.length ?? 0)}`;
}

function printCast(cast: TypeCast): string | null {
  const inner = cast.arg === undefined ? null : printExpression(cast.arg);
  const type = typeText(cast.typeName);
  if (inner === null || type === '') return null;
  return /^[\w$.'"]+$/.test(inner) ? `${inner}::${type}` : `(${inner})::${type}`;
}

function printCall(call: FuncCall): string | null {
  if (call.agg_filter ?? call.over ?? call.agg_order ?? call.agg_star ?? call.agg_distinct) return null;
  const name = namesOf(call.funcname)
    .filter((part) => part !== 'pg_catalog')
    .map(plainIdentifier)
    .join('.');
  if (name !== 'extract') return printList(name, call.args);
  const [field, from] = (call.args ?? []).map(printExpression);
  return field === undefined || field === null || from === undefined || from === null
    ? null
    : `extract(${field.replace(/^'(\w+)'$/, '$1')} from ${from})`;
}

function printList(name: string, args: readonly Node[] | undefined): string | null {
  const printed = (args ?? []).map(printExpression);
  return printed.includes(null) ? null : `${name}(${printed.join(', ')})`;
}

const infix: Partial<Record<NonNullable<A_Expr['kind']>, string>> = {
  AEXPR_LIKE: 'LIKE',
  AEXPR_ILIKE: 'ILIKE',
  AEXPR_DISTINCT: 'IS DISTINCT FROM',
};

function printOperation(operation: A_Expr): string | null {
  const operator = infix[operation.kind ?? 'AEXPR_OP'] ?? namesOf(operation.name).at(-1) ?? '';
  const right = operation.rexpr === undefined ? null : printSide(operation.rexpr);
  if (operation.lexpr === undefined) return right === null ? null : `${operator}${right}`;
  const left = printSide(operation.lexpr);
  if (left === null || right === null) return null;
  if (operation.kind === 'AEXPR_IN') return `${left} IN ${right}`;
  if (operation.kind === 'AEXPR_OP_ANY') return `${left} ${operator} ANY (${right})`;
  return `${left} ${operator} ${right}`;
}

function printSide(node: Node): string | null {
  if ('List' in node) {
    const items = (node.List.items ?? []).map(printExpression);
    return items.includes(null) ? null : `(${items.join(', ')})`;
  }
  const text = printExpression(node);
  return text !== null && 'A_Expr' in node ? `(${text})` : text;
}
