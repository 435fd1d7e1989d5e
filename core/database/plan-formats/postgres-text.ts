import type { PlanFormat } from './format.js';
import { postgresAdvice } from './postgres-json.js';
import { readTextPlans } from './postgres-text/read-text-plan.js';

export const postgresText: PlanFormat = {
  id: 'postgres-text',
  engine: 'postgres',
  tool: 'EXPLAIN, auto_explain',
  versions: '8.0 to 18',
  exactness: 'exact to the printed digits; without VERBOSE the processes that took part are counted from the loops',
  advice: postgresAdvice,
  tells: /\(cost=\d+(?:\.\d+)?\.\.|\(actual (?:time=[\d.]+ )?rows=[\d.]+ loops=|\(never executed\)/,
  readText: readTextPlans,
};
