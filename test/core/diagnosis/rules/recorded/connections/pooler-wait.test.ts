import { checkRule } from '../check-rule.js';

checkRule('pooler-wait', {
  fires: [['warehouse-pooler', { pool: 'pgbouncer (ledger)', database: 'ledger' }]],
  silent: ['idle-pool', 'healthy'],
  lookAlike: [
    ['pool-exhausted', 'pool-exhausted'],
    ['missing-index', 'missing-index'],
    ['slow-dependency', 'slow-dependency'],
  ],
});
