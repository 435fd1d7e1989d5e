import { checkRule } from '../check-rule.js';

checkRule('connection-per-request', {
  fires: [['visitor-book', { database: 'ledger' }]],
  silent: ['healthy', 'idle-pool', 'capacity'],
  lookAlike: [
    ['pool-exhausted', 'pool-exhausted'],
    ['label-printer', 'inside-wait'],
    ['currency-rates', 'slow-dependency'],
  ],
});
