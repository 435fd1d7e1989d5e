import { checkRule } from '../check-rule.js';

checkRule('crypto', {
  fires: [['crypto', { frame: 'verifyPassword' }]],
  silent: ['healthy'],
  lookAlike: [
    ['sign-in', 'thread-pool-starvation'],
    ['thread-pool-starvation', 'thread-pool-starvation'],
  ],
});
