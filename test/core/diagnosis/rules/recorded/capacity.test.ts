import { checkRule } from './check-rule.js';
import { changed, inDatabases } from './lose.js';

const anonymous = changed('profile-summary.json', ({ categories }) => {
  for (const { frame } of categories.flatMap(({ callers }) => callers)) frame.name = '(anonymous)';
});

checkRule('capacity', {
  fires: [
    ['capacity', { route: 'GET /pages/SKU-99' }],
    // A flat profile of functions that have no name.
    ['capacity', { route: 'GET /pages/SKU-99' }, anonymous],
  ],
  silent: ['healthy'],
  lookAlike: [
    ['cpu-starved', 'cpu-starved'],
    ['noisy-neighbour', 'hot-function'],
    ['clinic-day-sheet', 'n-plus-one'],
    // Many statements a request, and whose they are is open.
    ['clinic-day-sheet', null, inDatabases({ activity: null })],
  ],
});
