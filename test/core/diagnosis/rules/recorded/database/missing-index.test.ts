import { checkRule } from '../check-rule.js';

checkRule('missing-index', {
  fires: [
    ['missing-index', { relation: 'orders', columns: ['customer_id'] }],
    ['library-loans', { relation: 'loans' }],
    ['parcel-list', { relation: 'parcels' }],
    ['stale-but-harmless', { relation: 'orders' }],
    ['spill-elsewhere', { relation: 'orders' }],
  ],
  silent: ['healthy', 'hot-function'],
  lookAlike: [
    ['non-sargable-predicate', 'non-sargable-predicate'],
    ['stale-statistics', 'stale-statistics'],
    ['regional-turnover', 'expensive-query'],
  ],
});
