import { checkRule } from '../check-rule.js';

checkRule('ddl-lock', {
  fires: [['ddl-lock', { relation: 'inventory' }]],
  silent: ['healthy'],
  lookAlike: [
    ['row-lock', 'row-lock'],
    ['idle-in-transaction', 'idle-in-transaction'],
  ],
});
