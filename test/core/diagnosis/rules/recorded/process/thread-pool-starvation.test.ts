import { checkRule } from '../check-rule.js';

checkRule('thread-pool-starvation', {
  fires: [
    ['thread-pool-starvation', {}],
    ['sign-in', {}],
  ],
  silent: ['healthy'],
  lookAlike: [
    ['patient-form', 'inside-wait'],
    ['label-printer', 'inside-wait'],
    ['crypto', 'crypto'],
  ],
});
