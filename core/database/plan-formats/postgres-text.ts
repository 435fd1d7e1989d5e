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
  // Wherever they stand: a line that was put together wrongly may hold one. The root has no arrow.
  nodeMark: /(?:^|\s)-> {1,4}[A-Z](?:(?!-> )[^\n]){1,400}?\((?:cost=\d|actual (?:time|rows)=\d|never executed\))/gm,
  readText: readTextPlans,
};
