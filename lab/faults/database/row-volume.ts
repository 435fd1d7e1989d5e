import type { Fault } from '../../fault.js';

export const rowVolume: Fault = {
  name: 'row-volume',
  kind: 'fault',
  title: 'the sales report fetches ten thousand rows and counts them in the service',
  endpoint: {
    name: 'sales-report',
    method: 'GET',
    path: '/reports/sales',
    budgets: { p95Ms: 200 },
    load: { executor: 'constant-arrival-rate', rate: 45, maxVus: 30 },
    measured: { rate: 2 },
  },
  shop: { reports: { sales: 'detail' } },
  truth: { cause: { id: 'row-volume', location: { statement: ['orders', 'placed_at'] } }, outcomes: ['localized', 'mixed'] },
};
