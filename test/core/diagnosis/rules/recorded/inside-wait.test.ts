import { checkRule } from './check-rule.js';
import { inDatabases, noProcess } from './lose.js';

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
    // On the CPU or waiting: without the process nobody knows.
    ['prime-count', null, noProcess],
    ['shelf-books', null, noProcess],
    // Its statements run for longer than any socket waits: rows come one after the other.
    ['parcel-list', null, inDatabases({ activity: null })],
  ],
});
