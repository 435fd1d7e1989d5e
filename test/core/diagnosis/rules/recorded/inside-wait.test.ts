import { checkRule } from './check-rule.js';

checkRule('inside-wait', {
  fires: [
    ['patient-form', { route: 'GET /form' }],
    ['label-printer', { route: 'GET /labels/9' }],
  ],
  silent: ['healthy'],
  lookAlike: [
    ['sign-in', 'thread-pool-starvation'],
    ['ledger-balance', 'pool-exhausted'],
    ['weather-forecast', 'slow-dependency'],
  ],
});
