import { checkRule } from '../check-rule.js';

checkRule('row-volume', {
  fires: [['row-volume', {}]],
  silent: ['healthy', 'missing-index'],
  lookAlike: [
    ['map-tiles', 'serialization'],
    ['n-plus-one', 'n-plus-one'],
    ['regional-turnover', 'expensive-query'],
  ],
});
