import { checkRule } from '../check-rule.js';

checkRule('row-lock', {
  fires: [
    ['row-lock', { relation: 'order_numbers' }],
    ['ticket-counter', { relation: 'counters' }],
  ],
  silent: ['healthy'],
  lookAlike: [
    ['idle-in-transaction', 'idle-in-transaction'],
    ['ddl-lock', 'ddl-lock'],
    ['transaction-leak', 'connection-leak'],
  ],
});
