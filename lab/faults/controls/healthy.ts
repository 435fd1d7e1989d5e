import type { Fault } from '../../fault.js';

export const healthy: Fault = {
  name: 'healthy',
  kind: 'control',
  title: 'nothing is wrong: the alert is stale',
  endpoint: {
    name: 'product-page',
    method: 'GET',
    path: '/products/SKU-99',
    budgets: { p95Ms: 250, errorRatio: 0.01 },
    load: { executor: 'constant-arrival-rate', rate: 40, maxVus: 40 },
  },
  truth: { cause: null, outcomes: ['not-reproduced'] },
};
