import type { A_Expr, Node } from 'libpg-query';
import type { ColumnPredicate, HiddenPredicate, Operand } from './query-shape.js';
import type { ResolvedColumn, Scope } from './query-scope.js';
import { nodesIn } from './parse-statement.js';
import { namesOf, printExpression, typeText } from './sql-text.js';

/** Sorts conditions that must all hold into what indexes can serve and what hides its column from them. */
export function readConditions(conditions: Node[], scope: Scope): void {
  for (const condition of conditions) readCondition(condition, scope);
  boundBothSides(scope);
}

function readCondition(node: Node, scope: Scope): void {
  if ('BoolExpr' in node) {
    if (node.BoolExpr.boolop === 'AND_EXPR') for (const arg of node.BoolExpr.args ?? []) readCondition(arg, scope);
    else if (node.BoolExpr.boolop === 'OR_EXPR') readAlternatives(node.BoolExpr.args ?? [], node, scope);
  } else if ('A_Expr' in node) readComparison(node.A_Expr, node, scope);
  else if ('NullTest' in node) {
    const found = node.NullTest.nulltesttype === 'IS_NULL' ? resolve(node.NullTest.arg, scope) : null;
    if (found !== null) addPredicate(found, { kind: 'is-null', operand: { kind: 'expression' }, text: `${found.column} IS NULL` });
  } else if ('SubLink' in node && node.SubLink.subLinkType === 'ANY_SUBLINK') {
    // col IN (SELECT …): the subquery may drive, one look-up per value.
    const found = resolve(node.SubLink.testexpr, scope);
    const joinedTo = scope.drivenBy(node.SubLink.subselect);
    if (found !== null)
      addPredicate(found, { kind: 'join', operand: { kind: 'expression' }, text: `${found.column} IN (SELECT …)`, joinedTo });
  }
}

/** OR is one look-up per arm when all arms compare the same column for equality. */
function readAlternatives(args: Node[], whole: Node, scope: Scope): void {
  const columns = args.map((arg) => {
    if (!('A_Expr' in arg) || operatorOf(arg.A_Expr) !== '=') return null;
    const found = resolve(arg.A_Expr.lexpr, scope);
    return found !== null && arg.A_Expr.rexpr !== undefined && isConstant(arg.A_Expr.rexpr) ? found : null;
  });
  const [first] = columns;
  if (first === undefined || first === null) return;
  if (columns.some((column) => column?.table !== first.table || column.column !== first.column)) return;
  addPredicate(first, { kind: 'set', operand: { kind: 'expression' }, text: textOf(whole) });
}

function readComparison(expression: A_Expr, node: Node, scope: Scope): void {
  const { lexpr: left, rexpr: right } = expression;
  if (left === undefined || right === undefined) return;
  const kind = expression.kind ?? 'AEXPR_OP';
  const operator = operatorOf(expression);
  if (kind === 'AEXPR_IN' || kind === 'AEXPR_OP_ANY') {
    if (operator === '=') readSet(left, node, scope);
  } else if (kind === 'AEXPR_BETWEEN' || kind === 'AEXPR_BETWEEN_SYM') readBetween(left, right, scope);
  else if (kind === 'AEXPR_LIKE' || kind === 'AEXPR_ILIKE') {
    if (!operator.startsWith('!')) readPattern(left, right, kind === 'AEXPR_ILIKE', node, scope);
  } else if (kind === 'AEXPR_OP') readOperator(left, operator, right, node, scope);
}

function operatorOf(expression: A_Expr): string {
  return namesOf(expression.name).at(-1) ?? '';
}

function readSet(left: Node, node: Node, scope: Scope): void {
  const found = resolve(left, scope);
  const operand = 'A_Expr' in node && node.A_Expr.rexpr !== undefined ? operandOf(node.A_Expr.rexpr) : { kind: 'expression' as const };
  if (found !== null) addPredicate(found, { kind: 'set', operand, text: textOf(node) });
  else addHidden(left, '=', null, operand, node, scope);
}

function readBetween(left: Node, right: Node, scope: Scope): void {
  const bounds = 'List' in right ? (right.List.items ?? []) : [];
  const found = resolve(left, scope);
  const [low, high] = bounds;
  if (found === null || low === undefined || high === undefined || !bounds.every(isConstant)) return;
  const text = `${found.column} BETWEEN ${printExpression(low) ?? '…'} AND ${printExpression(high) ?? '…'}`;
  addPredicate(found, { kind: 'range', bounded: 'both', direction: 'above', operand: operandOf(low), text });
  addPredicate(found, { kind: 'range', bounded: 'both', direction: 'below', operand: operandOf(high), text });
}

const mirrored: Record<string, string> = { '=': '=', '<': '>', '>': '<', '<=': '>=', '>=': '<=' };
const containment = new Set(['@>', '?', '?|', '?&', '@@']);

function readOperator(left: Node, operator: string, right: Node, node: Node, scope: Scope): void {
  if (operator === '~' || operator === '~*') {
    const found = resolve(left, scope);
    if (found !== null && isConstant(right)) pushPattern(found, 'regular-expression', right, node);
    return;
  }
  const [a, b] = [resolve(left, scope), resolve(right, scope)];
  if (a !== null && b !== null) {
    if (operator === '=' && a.table !== b.table) readJoin(a, b, node, scope);
    return;
  }
  if (containment.has(operator)) {
    if (a !== null && isConstant(right)) addPredicate(a, { kind: 'containment', operand: operandOf(right), text: textOf(node) });
    return;
  }
  const flipped = mirrored[operator];
  if (flipped === undefined) return;
  if (a !== null && isConstant(right)) compare(a, operator, right, node);
  else if (b !== null && isConstant(left)) compare(b, flipped, left, node);
  else if (a === null && isConstant(right)) addHidden(left, operator, right, operandOf(right), node, scope);
  else if (b === null && isConstant(left)) addHidden(right, flipped, left, operandOf(left), node, scope);
}

function compare(found: ResolvedColumn, operator: string, other: Node, node: Node): void {
  const operand = operandOf(other);
  const text = textOf(node);
  if (operator === '=') addPredicate(found, { kind: 'equality', operand, text });
  else addPredicate(found, { kind: 'range', bounded: 'one', direction: operator.startsWith('>') ? 'above' : 'below', operand, text });
}

function readJoin(a: ResolvedColumn, b: ResolvedColumn, node: Node, scope: Scope): void {
  for (const [here, there] of [
    [a, b],
    [b, a],
  ] as const) {
    // A column of a query around this one is a fixed value here; the outer table gains nothing from it.
    const kind = there.isOuter && scope.isPerRow ? 'equality' : 'join';
    addPredicate(here, { kind, operand: { kind: 'expression' }, text: textOf(node), joinedTo: scope.indexOf(there.table) });
  }
}

function readPattern(left: Node, right: Node, ignoresCase: boolean, node: Node, scope: Scope): void {
  const found = resolve(left, scope);
  const operand = operandOf(right);
  if (found === null) {
    if (isConstant(right)) addHidden(left, 'LIKE', right, operand, node, scope);
    return;
  }
  if (!isConstant(right)) return;
  if (ignoresCase) pushPattern(found, 'case-insensitive-pattern', right, node);
  else if (operand.kind !== 'literal') pushPattern(found, 'pattern-parameter', right, node);
  else if (/^[%_]/.test(operand.text)) pushPattern(found, 'leading-wildcard', right, node);
  else addPredicate(found, { kind: /[%_]/.test(operand.text) ? 'prefix' : 'equality', operand, text: textOf(node) });
}

function pushPattern(found: ResolvedColumn, kind: HiddenPredicate['kind'], right: Node, node: Node): void {
  const operator = 'A_Expr' in node && node.A_Expr.kind === 'AEXPR_ILIKE' ? 'ILIKE' : 'LIKE';
  const other = printExpression(right);
  found.table.hidden.push({ column: found.column, kind, text: textOf(node), expression: null, operator, other, operand: operandOf(right) });
}

/** An expression around exactly one column, compared with something constant. */
function addHidden(side: Node, operator: string, other: Node | null, operand: Operand, node: Node, scope: Scope): void {
  const columns = [...nodesIn(side)].flatMap((each) => ('ColumnRef' in each ? [each] : []));
  const [only] = columns;
  const found = columns.length === 1 ? resolve(only, scope) : null;
  if (found === null || found.isOuter) return;
  const kind = kindOfExpression(side);
  if (kind === null) return;
  found.table.hidden.push({
    column: found.column,
    kind,
    text: textOf(node),
    expression: printExpression(side),
    operator,
    other: other === null ? null : printExpression(other),
    operand,
  });
}

function kindOfExpression(side: Node): HiddenPredicate['kind'] | null {
  if ('TypeCast' in side) return 'cast-on-column';
  if ('FuncCall' in side || 'CoalesceExpr' in side) return 'function-on-column';
  return 'A_Expr' in side ? 'arithmetic-on-column' : null;
}

function resolve(node: Node | undefined, scope: Scope): ResolvedColumn | null {
  return node !== undefined && 'ColumnRef' in node ? scope.resolve(node.ColumnRef) : null;
}

/** Known before the scan starts: no column and no subquery in it. */
function isConstant(node: Node): boolean {
  for (const each of nodesIn(node)) if ('ColumnRef' in each || 'SubLink' in each) return false;
  return true;
}

function operandOf(node: Node): Operand {
  if ('TypeCast' in node && node.TypeCast.arg !== undefined) {
    const inner = operandOf(node.TypeCast.arg);
    return inner.kind === 'expression' ? inner : { ...inner, cast: typeText(node.TypeCast.typeName) };
  }
  if ('ParamRef' in node) return { kind: 'parameter', number: node.ParamRef.number ?? 0, cast: null };
  if ('A_Const' in node && node.A_Const.isnull !== true) {
    const text = node.A_Const.sval === undefined ? printExpression(node) : (node.A_Const.sval.sval ?? '');
    if (text !== null) return { kind: 'literal', text, cast: null };
  }
  return { kind: 'expression' };
}

function textOf(node: Node): string {
  return printExpression(node) ?? 'a condition';
}

type NewPredicate = Pick<ColumnPredicate, 'kind' | 'operand' | 'text'> & Partial<ColumnPredicate>;

function addPredicate(found: ResolvedColumn, predicate: NewPredicate): void {
  if (found.isOuter) return;
  found.table.predicates.push({ bounded: null, direction: null, joinedTo: null, ...predicate, column: found.column });
}

/** `a >= x AND a < y` are two one-sided conditions that together bound one column. */
function boundBothSides(scope: Scope): void {
  for (const table of scope.ownTables()) {
    const ranges = table.predicates.filter((predicate) => predicate.kind === 'range');
    for (const range of ranges) if (ranges.some((other) => other !== range && other.column === range.column)) range.bounded = 'both';
  }
}
