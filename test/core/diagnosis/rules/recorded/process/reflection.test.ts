import { checkRule } from '../check-rule.js';

checkRule('reflection', {
  fires: [['tariff-copies', { frame: 'region' }]],
  silent: ['healthy', 'price-list'],
  lookAlike: [
    ['map-tiles', 'serialization'],
    ['search-fuzzy', 'hot-function'],
  ],
});
