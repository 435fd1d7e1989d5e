import { checkRule } from './check-rule.js';

checkRule('slow-dependency', {
  fires: [
    ['slow-dependency', { route: 'GET /related/:id' }],
    ['weather-forecast', { route: 'GET /forecast/towns/:id' }],
    ['currency-rates', {}],
    ['library-unlisted-database', {}],
  ],
  silent: ['healthy'],
  lookAlike: [
    ['retry-amplification', 'retry-amplification'],
    ['ledger-balance', 'pool-exhausted'],
    ['label-printer', 'inside-wait'],
  ],
});
