import { checkRule } from '../check-rule.js';

checkRule('expensive-query', {
  fires: [
    ['regional-turnover', { database: 'ledger' }],
    ['sort-spill', { database: 'main' }],
    ['sort-spill-contended', { database: 'main' }],
  ],
  silent: ['sort-in-memory'],
  lookAlike: [
    ['missing-index', 'missing-index'],
    ['row-lock', 'row-lock'],
    ['ledger-balance', 'pool-exhausted'],
    ['n-plus-one', 'n-plus-one'],
  ],
});
