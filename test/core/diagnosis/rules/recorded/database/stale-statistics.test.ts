import { checkRule } from '../check-rule.js';

checkRule('stale-statistics', {
  fires: [['stale-statistics', { relation: 'parcels' }]],
  silent: ['healthy'],
  lookAlike: [
    ['stale-but-harmless', 'missing-index'],
    ['library-loans', 'missing-index'],
  ],
});
