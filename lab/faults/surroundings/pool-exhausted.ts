import type { Fault } from '../../fault.js';

export const poolExhausted: Fault = {
  name: 'pool-exhausted',
  kind: 'fault',
  title: 'requests keep their database connection while they ask the carrier, and the pool is small',
  endpoint: {
    name: 'shipping',
    method: 'GET',
    path: '/orders/815/shipping',
    budgets: { p95Ms: 150 },
    load: { executor: 'constant-arrival-rate', rate: 100, maxVus: 30 },
  },
  shop: { orders: { shipping: 'session' }, pool: { size: 3 } },
  partnersAnswerAfterMs: { carrier: 40 },
  truth: { cause: { id: 'pool-exhausted', location: { pool: true } }, outcomes: ['localized', 'mixed'] },
};
