import { checkRule } from '../check-rule.js';

checkRule('idle-in-transaction', {
  fires: [['idle-in-transaction', { relation: 'inventory' }]],
  silent: ['healthy'],
  lookAlike: [
    ['row-lock', 'row-lock'],
    ['ticket-counter', 'row-lock'],
    ['transaction-leak', 'connection-leak'],
  ],
});
