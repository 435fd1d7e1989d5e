import { checkRule } from '../check-rule.js';

checkRule('non-sargable-predicate', {
  fires: [['non-sargable-predicate', { relation: 'customers', columns: ['email'] }]],
  silent: ['healthy'],
  lookAlike: [
    ['missing-index', 'missing-index'],
    ['regional-turnover', 'expensive-query'],
  ],
});
