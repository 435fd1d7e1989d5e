import type { PlanFormat } from './format.js';

export const postgresAdvice = 'EXPLAIN (ANALYZE, VERBOSE, BUFFERS, FORMAT JSON) <statement>';

export const postgresJson: PlanFormat = {
  id: 'postgres-json',
  engine: 'postgres',
  tool: 'EXPLAIN (FORMAT JSON), auto_explain with log_format json',
  versions: '9.0 to 18',
  exactness: 'exact: every time, loop and worker that the server tells',
  advice: postgresAdvice,
  tells: /"{1,2}(?:Node Type|Plan)"{1,2}\s*:/,
  readObject(value) {
    if (isObject(value['Plan']) && 'Node Type' in value['Plan']) return { ...value };
    // The value of "Plan" alone. A node that says what it is to its parent is a part of a plan.
    if ('Parent Relationship' in value) return null;
    return typeof value['Node Type'] === 'string' && ('Total Cost' in value || 'Actual Loops' in value) ? { Plan: value } : null;
  },
};

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
