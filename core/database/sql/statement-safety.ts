import type { ParsedStatement } from './parse-statement.js';
import { nodesIn } from './parse-statement.js';
import { namesOf } from './sql-text.js';

/** Functions that a READ ONLY transaction does not stop, or that wait, whatever their volatility says. */
const denied =
  /^(pg_advisory|pg_try_advisory|pg_terminate|pg_cancel|pg_sleep|pg_reload|pg_rotate|pg_read_|pg_ls_|pg_stat_file|lo_|dblink|set_config|nextval|setval|crosstab|xpath_table|query_to_xml|pg_switch|pg_create|pg_drop|pg_promote|pg_backup|pg_notify|currval|lastval|txid_|pg_current_xact|pg_logical|pg_replication|pg_export|pg_import|pg_stat_reset|pg_stat_statements_reset)/;

/** Volatile, and harmless all the same. */
const harmless = new Set(['random', 'clock_timestamp', 'timeofday', 'gen_random_uuid', 'uuidv4', 'uuidv7']);

/** What a statement may make the server run, by the last part of its name, whatever schema that is in. */
export interface CalledNames {
  functions: string[];
  /** `t.f`: a column, or a function of the row. */
  attributes: string[];
  operators: string[];
  /** Of casts. */
  types: string[];
}

export type Safety = { safe: true; called: CalledNames } | { safe: false; why: string };

/**
 * May the statement be executed to see its real plan? Only a plain SELECT: no INTO, no row locks, no data-modifying WITH. What it
 * calls is returned: the caller asks the catalog whether one of that is volatile (`isHarmless` names those that may be).
 */
export function judgeSafety(parsed: ParsedStatement): Safety {
  if (parsed.kind !== 'select') return { safe: false, why: `it is no SELECT (${parsed.kind})` };
  const functions = new Set<string>();
  const attributes = new Set<string>();
  const operators = new Set<string>();
  const types = new Set<string>();
  if (hasKey(parsed.tree, 'intoClause')) return { safe: false, why: 'SELECT INTO creates a table' };
  if (hasKey(parsed.tree, 'lockingClause')) return { safe: false, why: 'it locks rows' };
  for (const node of nodesIn(parsed.tree)) {
    if ('UpdateStmt' in node || 'InsertStmt' in node || 'DeleteStmt' in node || 'MergeStmt' in node)
      return { safe: false, why: 'it changes data' };
    if ('FuncCall' in node) functions.add(namesOf(node.FuncCall.funcname).at(-1) ?? '');
    if ('ColumnRef' in node) attributes.add(namesOf(node.ColumnRef.fields).at(-1) ?? '');
    if ('A_Indirection' in node) attributes.add(namesOf(node.A_Indirection.indirection).at(-1) ?? '');
    if ('A_Expr' in node) operators.add(namesOf(node.A_Expr.name).at(-1) ?? '');
    if ('TypeCast' in node) types.add(namesOf(node.TypeCast.typeName?.names).at(-1) ?? '');
    if ('SubLink' in node) operators.add(namesOf(node.SubLink.operName).at(-1) ?? '=');
  }
  const bad = [...functions].find((name) => denied.test(name));
  const called = { functions: sorted(functions), attributes: sorted(attributes), operators: sorted(operators), types: sorted(types) };
  return bad === undefined ? { safe: true, called } : { safe: false, why: `it calls ${bad}` };
}

function sorted(names: ReadonlySet<string>): string[] {
  return [...names].filter((name) => name !== '').sort();
}

export function isHarmless(name: string): boolean {
  return harmless.has(name);
}

function hasKey(value: unknown, key: string): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([name, inner]) => name === key || hasKey(inner, key));
}
