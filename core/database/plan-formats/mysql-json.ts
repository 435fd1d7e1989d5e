import type { PlanFormat } from './format.js';
import { isOfMysql } from './mariadb-json.js';
import { isRecord, nodesIn, numeric, type BlockNumbers, type RawRecord } from './mysql-blocks.js';
import { describeStep, fillTimes, mysqlAdvice } from './mysql-tree.js';

export const mysqlJson: PlanFormat = {
  id: 'mysql-json',
  engine: 'mysql',
  tool: 'EXPLAIN FORMAT=JSON, EXPLAIN ANALYZE FORMAT=JSON of MySQL, either version of its JSON',
  versions: '5.6 to 9',
  exactness: 'estimates and costs; times only in the second version of the JSON, from EXPLAIN ANALYZE (8.3 or newer)',
  advice: mysqlAdvice,
  tells: /"{1,2}(?:query_block|query_cost|rows_examined_per_scan|estimated_total_cost|json_schema_version)"{1,2}\s*:/,
  readObject(value) {
    const plan = isRecord(value['query_plan']) ? value['query_plan'] : value;
    if (typeof plan['operation'] === 'string' && (Array.isArray(plan['inputs']) || plan['estimated_rows'] !== undefined)) {
      const root = readStep(plan, 0);
      fillTimes(root);
      return { Plan: root };
    }
    const block = value['query_block'];
    if (!isRecord(block) || !isOfMysql(value)) return null;
    const [root] = nodesIn({ query_block: block }, numbersOf);
    return root === undefined ? null : { Plan: root };
  },
};

function numbersOf(key: string, block: RawRecord): BlockNumbers {
  const costs = isRecord(block['cost_info']) ? block['cost_info'] : {};
  if (key !== 'table') return { ownCost: numeric(costs['sort_cost']) };
  const read = numeric(block['rows']);
  const kept = (numeric(block['filtered']) ?? 100) / 100;
  return {
    rowsEstimated: numeric(block['rows_produced_per_join']) ?? (read === undefined ? undefined : Math.round(read * kept)),
    ownCost: (numeric(costs['read_cost']) ?? 0) + (numeric(costs['eval_cost']) ?? 0),
  };
}

const mostLevels = 400;

/** A step of the second version: the words of the tree format, and numbers per loop. */
function readStep(step: RawRecord, level: number): RawRecord {
  const given = {
    'Total Cost': numeric(step['estimated_total_cost']),
    'Plan Rows': numeric(step['estimated_rows']),
    'Actual Total Time': numeric(step['actual_last_row_ms']),
    'Actual Rows': numeric(step['actual_rows']),
    'Actual Loops': numeric(step['actual_loops']),
  };
  const told = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const children = level > mostLevels ? [] : Object.entries(step).flatMap(([key, value]) => stepsUnder(key, value, level));
  const name = step['table_name'];
  const read = typeof name === 'string' && !name.startsWith('<') ? { 'Relation Name': name } : {};
  const condition = typeof step['condition'] === 'string' ? { Filter: step['condition'] } : {};
  const operation = typeof step['operation'] === 'string' ? step['operation'] : 'Step';
  return { ...describeStep(operation), ...read, ...condition, ...told, ...(children.length === 0 ? {} : { Plans: children }) };
}

/** `inputs`, and `inputs_from_…` for subqueries. */
function stepsUnder(key: string, value: unknown, level: number): RawRecord[] {
  if (!Array.isArray(value) || !key.startsWith('inputs')) return [];
  const steps = value.filter(isRecord).filter((each) => typeof each['operation'] === 'string');
  return steps.map((each, index) => {
    const relationship =
      key === 'inputs'
        ? { 'Parent Relationship': index === 0 ? 'Outer' : 'Inner' }
        : { 'Parent Relationship': 'SubPlan', 'Subplan Name': key };
    return { ...readStep(each, level + 1), ...relationship };
  });
}
