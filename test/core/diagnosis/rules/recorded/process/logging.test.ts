import { checkRule } from '../check-rule.js';

checkRule('logging', {
  fires: [['logging', { frame: 'logAnnotated' }]],
  silent: ['healthy'],
  lookAlike: [
    ['hot-function', 'hot-function'],
    ['event-loop-blocked', 'event-loop-blocked'],
  ],
});
