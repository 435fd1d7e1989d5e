import type { PlanFormat } from './format.js';
import { isRecord, nodesIn, numeric, type BlockNumbers, type RawRecord } from './mysql-blocks.js';

export const mariadbJson: PlanFormat = {
  id: 'mariadb-json',
  engine: 'mariadb',
  tool: 'ANALYZE FORMAT=JSON, EXPLAIN FORMAT=JSON of MariaDB',
  versions: '10.1 to 11',
  exactness:
    'times, loops and rows of every table and sort; parts are measured with another clock than the whole and may exceed it slightly',
  advice: 'ANALYZE FORMAT=JSON <statement> (it executes the statement)',
  tells: /"{1,2}(?:query_block|r_total_time_ms|r_loops)"{1,2}\s*:/,
  readObject(value) {
    const block = value['query_block'];
    if (!isRecord(block) || isOfMysql(value)) return null;
    const [root] = nodesIn({ query_block: block }, numbersOf);
    if (root === undefined) return null;
    const executionMs = numeric(block['r_total_time_ms']);
    const planningMs = isRecord(value['query_optimization']) ? numeric(value['query_optimization']['r_total_time_ms']) : undefined;
    return {
      Plan: root,
      ...(executionMs === undefined ? {} : { 'Execution Time': executionMs }),
      ...(planningMs === undefined ? {} : { 'Planning Time': planningMs }),
    };
  },
};

/** MySQL tells costs in an object of their own, MariaDB never. MySQL 5.6 has none yet, but quotes every name of a condition in full. */
export function isOfMysql(value: object): boolean {
  const text = JSON.stringify(value);
  return (
    /"(?:cost_info|rows_examined_per_scan|used_columns|using_filesort|nested_loop_join)"\s*:/.test(text) ||
    (/_condition":"\(+`[^`"]+`\.`[^`"]+`\.`/.test(text) && !/"r_[a-z_]+":/.test(text))
  );
}

function numbersOf(key: string, block: RawRecord): BlockNumbers {
  const loops = numeric(block['r_loops']);
  const filtered = (numeric(block['filtered']) ?? 100) / 100;
  const kept = (numeric(block['r_filtered']) ?? 100) / 100;
  const rows = numeric(block['r_rows']);
  const estimated = numeric(block['rows']);
  const estimates = {
    ...(estimated === undefined ? {} : { rowsEstimated: Math.round(estimated * filtered), ownCost: numeric(block['cost']) ?? estimated }),
  };
  if (key === 'table') {
    const ownMs = (numeric(block['r_table_time_ms']) ?? 0) + (numeric(block['r_other_time_ms']) ?? 0);
    const total = numeric(block['r_total_time_ms']);
    const counted = rows === undefined ? {} : { rows: rows * kept, rowsRemoved: rows * (1 - kept) };
    return { ...estimates, ...counted, loops, ownMs: block['r_table_time_ms'] === undefined ? (total ?? 0) : ownMs };
  }
  if (key === 'block-nl-join')
    return { loops, ownMs: (numeric(block['r_unpack_time_ms']) ?? 0) + (numeric(block['r_other_time_ms']) ?? 0) };
  const total = numeric(block['r_total_time_ms']);
  // A sort of a temporary table is measured without what fills it.
  const isAfterwards = block['temporary_table'] !== undefined;
  const counted = numeric(block['r_output_rows']) ?? rows;
  return { loops, rows: counted, ...(isAfterwards && key === 'filesort' ? { ownMs: total } : { inclusiveMs: total }) };
}
