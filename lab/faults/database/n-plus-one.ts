import type { Fault } from '../../fault.js';

export const nPlusOne: Fault = {
  name: 'n-plus-one',
  kind: 'fault',
  title: 'the page of recent orders asks for customer and items of every order',
  endpoint: {
    name: 'recent-orders',
    method: 'GET',
    path: '/orders/recent',
    budgets: { p95Ms: 120 },
    load: { executor: 'constant-arrival-rate', rate: 60, maxVus: 20 },
    measured: { rate: 3 },
  },
  shop: { orders: { recent: 'assembled' } },
  truth: { cause: { id: 'n-plus-one', location: { statement: ['WHERE', 'id = $1'] } }, outcomes: ['localized', 'mixed'] },
};
