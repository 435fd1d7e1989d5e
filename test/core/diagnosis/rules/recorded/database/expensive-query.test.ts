import { checkRule } from '../check-rule.js';
import { lost } from '../lose.js';

checkRule('expensive-query', {
  fires: [
    ['regional-turnover', { database: 'ledger' }],
    ['sort-spill', { database: 'main' }],
    ['sort-spill-contended', { database: 'main' }],
    // Requests queue for the connections on which it runs: it holds the latency all the same.
    ['missing-index', { queryId: '3968595547056857779' }, lost('query-scan.json')],
    ['product-search-counted', {}, lost('query-scan.json')],
  ],
  silent: ['sort-in-memory'],
  lookAlike: [
    ['missing-index', 'missing-index'],
    ['row-lock', 'row-lock'],
    ['ledger-balance', 'pool-exhausted'],
    ['n-plus-one', 'n-plus-one'],
  ],
});
