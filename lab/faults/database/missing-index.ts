import type { Fault } from '../../fault.js';

export const missingIndex: Fault = {
  name: 'missing-index',
  kind: 'fault',
  title: 'the index behind the order history was dropped',
  endpoint: {
    name: 'order-history',
    method: 'GET',
    path: '/customers/4711/orders',
    budgets: { p95Ms: 150 },
    load: { executor: 'constant-arrival-rate', rate: 60, maxVus: 30 },
  },
  apply: async ({ connect }) => {
    const client = await connect('deploy');
    await client.query('DROP INDEX orders_customer_id_idx');
    return async () => {
      await client.query('CREATE INDEX orders_customer_id_idx ON orders (customer_id)');
    };
  },
  truth: { cause: { id: 'missing-index', location: { relation: 'orders', columns: ['customer_id'] } }, outcomes: ['localized'] },
};
