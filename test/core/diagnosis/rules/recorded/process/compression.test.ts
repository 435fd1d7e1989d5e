import { checkRule } from '../check-rule.js';

checkRule('compression', {
  fires: [['packed-export', {}]],
  silent: ['healthy'],
  lookAlike: [
    ['map-tiles', 'serialization'],
    ['thread-pool-starvation', 'thread-pool-starvation'],
  ],
});
