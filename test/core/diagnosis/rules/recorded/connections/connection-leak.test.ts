import { checkRule } from '../check-rule.js';

checkRule('connection-leak', {
  fires: [
    ['connection-leak', { pool: 'main' }],
    ['transaction-leak', { pool: 'main' }],
  ],
  silent: ['idle-pool'],
  lookAlike: [
    ['pool-exhausted', 'pool-exhausted'],
    ['ledger-balance', 'pool-exhausted'],
    ['idle-in-transaction', 'idle-in-transaction'],
  ],
});
