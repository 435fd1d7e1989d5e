import { checkRule } from '../check-rule.js';

checkRule('regex-backtracking', {
  fires: [['regex-backtracking', { frame: 'looksLikeProse' }]],
  silent: ['healthy'],
  lookAlike: [
    ['search-fuzzy', 'hot-function'],
    ['hot-function', 'hot-function'],
  ],
});
