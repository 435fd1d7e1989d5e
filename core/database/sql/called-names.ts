import type { Node } from 'libpg-query';
import { nodesIn } from './parse-statement.js';
import { namesOf } from './sql-text.js';

/** A name as it is written; `schema` is null where the search path decides. */
export interface CalledName {
  schema: string | null;
  name: string;
}

/** What a statement may make the server run. */
export interface CalledNames {
  functions: CalledName[];
  /** `t.f`: a column, or a function of the row. */
  attributes: CalledName[];
  operators: CalledName[];
  /** Of casts, also of those that are written as a call: `f(x)`. */
  types: CalledName[];
}

/** The grammar compares by these without writing them: IN, CASE, USING, BETWEEN, ANY. */
const comparisons = ['=', '<>', '<', '<=', '>', '>='];

function collector(): { add: (parts: readonly string[]) => void; all: () => CalledName[] } {
  const found = new Map<string, CalledName>();
  return {
    add: (parts) => {
      const name = parts.at(-1) ?? '';
      const schema = parts.at(-2) ?? null;
      if (name !== '') found.set(`${schema ?? ''}.${name}`, { schema, name });
    },
    all: () => [...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, called]) => called),
  };
}

/** Every name of a function, operator or type in the statement, and every column that may be a function of its row. */
export function calledNames(tree: Node): CalledNames {
  const [functions, attributes, operators, types] = [collector(), collector(), collector(), collector()];
  for (const node of nodesIn(tree)) {
    if ('FuncCall' in node) {
      functions.add(namesOf(node.FuncCall.funcname));
      types.add(namesOf(node.FuncCall.funcname));
    }
    if ('RangeTableSample' in node) functions.add(namesOf(node.RangeTableSample.method));
    // What is written before the last name is a table or a row, no schema: the function is looked for in the search path.
    if ('ColumnRef' in node) attributes.add(namesOf(node.ColumnRef.fields).slice(-1));
    if ('A_Indirection' in node) for (const part of namesOf(node.A_Indirection.indirection)) attributes.add([part]);
    if ('A_Expr' in node) operators.add(namesOf(node.A_Expr.name));
    if ('SubLink' in node) operators.add(namesOf(node.SubLink.operName));
    if ('SortBy' in node) operators.add(namesOf(node.SortBy.useOp));
  }
  for (const names of typesIn(tree)) types.add(names);
  for (const operator of comparisons) operators.add([operator]);
  return { functions: functions.all(), attributes: attributes.all(), operators: operators.all(), types: types.all() };
}

/** Casts, columns of a function in FROM, of XMLTABLE and of JSON: the grammar has many places for a type, all under one key. */
function* typesIn(value: unknown): Generator<string[]> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'typeName' && isTypeName(inner)) yield namesOf(inner.names);
    yield* typesIn(inner);
  }
}

function isTypeName(value: unknown): value is { names: Node[] } {
  return typeof value === 'object' && value !== null && 'names' in value && Array.isArray(value.names);
}
