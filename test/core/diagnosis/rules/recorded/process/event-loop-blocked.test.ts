import { checkRule } from '../check-rule.js';

checkRule('event-loop-blocked', {
  fires: [['event-loop-blocked', { route: 'GET /reports/forecast' }]],
  silent: ['healthy'],
  lookAlike: [
    ['hot-function', 'hot-function'],
    ['logging', 'logging'],
    ['search-fuzzy', 'hot-function'],
  ],
});
