import { checkRule } from '../check-rule.js';

checkRule('pool-exhausted', {
  fires: [
    ['pool-exhausted', { pool: 'main' }],
    ['ledger-balance', { pool: 'ledger' }],
    ['full-server', { pool: 'main' }],
  ],
  silent: ['idle-pool'],
  lookAlike: [
    ['connection-leak', 'connection-leak'],
    ['label-printer', 'inside-wait'],
    ['row-lock', 'row-lock'],
    ['missing-index', 'missing-index'],
    ['sort-spill-contended', 'expensive-query'],
  ],
});
