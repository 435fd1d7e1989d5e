import type { Fault } from '../../fault.js';

export const rowLock: Fault = {
  name: 'row-lock',
  kind: 'fault',
  title: 'all orders take their number from one row, and keep it locked until the payment is authorised',
  endpoint: {
    name: 'place-order',
    method: 'POST',
    path: '/orders',
    body: { customer: 42, sku: 'SKU-17', quantity: 1 },
    budgets: { p95Ms: 200, errorRatio: 0.01 },
    load: { executor: 'constant-arrival-rate', rate: 60, maxVus: 25 },
  },
  shop: { orders: { numbering: 'continuous' }, pool: { size: 20 } },
  partnersAnswerAfterMs: { payments: 20 },
  truth: { cause: { id: 'row-lock', location: { relation: 'order_numbers' } }, outcomes: ['localized', 'mixed'] },
};
