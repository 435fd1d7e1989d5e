import { checkRule } from '../check-rule.js';

checkRule('n-plus-one', {
  fires: [
    ['n-plus-one', {}],
    ['clinic-day-sheet', { database: 'ledger' }],
  ],
  silent: ['clinic-patient', 'missing-index'],
  lookAlike: [
    ['row-volume', 'row-volume'],
    ['ledger-balance', 'pool-exhausted'],
  ],
});
