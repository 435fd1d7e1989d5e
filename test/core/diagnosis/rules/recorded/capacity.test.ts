import { checkRule } from './check-rule.js';

checkRule('capacity', {
  fires: [['capacity', { route: 'GET /pages/SKU-99' }]],
  silent: ['healthy'],
  lookAlike: [
    ['cpu-starved', 'cpu-starved'],
    ['noisy-neighbour', 'hot-function'],
    ['clinic-day-sheet', 'n-plus-one'],
  ],
});
