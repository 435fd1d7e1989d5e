import { checkRule } from '../check-rule.js';

checkRule('connection-limit', {
  fires: [['connection-limit', { pool: 'main' }]],
  silent: ['healthy'],
  lookAlike: [
    ['full-server', 'pool-exhausted'],
    ['connection-leak', 'connection-leak'],
  ],
});
