import { calledNames, type CalledNames } from './called-names.js';
import type { ParsedStatement } from './parse-statement.js';
import { nodesIn } from './parse-statement.js';

/** Functions that a READ ONLY transaction does not stop, or that wait, whatever their volatility says. */
const denied =
  /^(pg_advisory|pg_try_advisory|pg_terminate|pg_cancel|pg_sleep|pg_reload|pg_rotate|pg_read_|pg_ls_|pg_stat_file|lo_|dblink|set_config|nextval|setval|crosstab|xpath_table|query_to_xml|pg_switch|pg_create|pg_drop|pg_promote|pg_backup|pg_notify|currval|lastval|txid_|pg_current_xact|pg_logical|pg_replication|pg_export|pg_import|pg_stat_reset|pg_stat_statements_reset)/;

export type Safety = { safe: true; called: CalledNames } | { safe: false; why: string };

/**
 * May the statement be executed to see its real plan? Only a plain SELECT: no INTO, no row locks, no data-modifying WITH. What it
 * calls is returned: the caller asks the catalog what that is and whether it is volatile.
 */
export function judgeSafety(parsed: ParsedStatement): Safety {
  if (parsed.kind !== 'select')
    return { safe: false, why: parsed.kind === 'other' ? 'it is no SELECT' : `it is no SELECT, but ${parsed.kind.toUpperCase()}` };
  if (hasKey(parsed.tree, 'intoClause')) return { safe: false, why: 'SELECT INTO creates a table' };
  if (hasKey(parsed.tree, 'lockingClause')) return { safe: false, why: 'it locks rows' };
  for (const node of nodesIn(parsed.tree)) {
    if ('UpdateStmt' in node || 'InsertStmt' in node || 'DeleteStmt' in node || 'MergeStmt' in node)
      return { safe: false, why: 'it changes data' };
  }
  const called = calledNames(parsed.tree);
  const bad = called.functions.find(({ name }) => denied.test(name));
  return bad === undefined ? { safe: true, called } : { safe: false, why: `it calls ${bad.name}` };
}

function hasKey(value: unknown, key: string): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([name, inner]) => name === key || hasKey(inner, key));
}
