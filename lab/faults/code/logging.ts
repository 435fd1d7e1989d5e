import type { Fault } from '../../fault.js';

export const logging: Fault = {
  name: 'logging',
  kind: 'fault',
  title: 'the access log describes every request in full',
  endpoint: {
    name: 'quote',
    method: 'POST',
    path: '/checkout/quote',
    body: { category: 'tables', lines: [{ priceCents: 1290, quantity: 2 }] },
    budgets: { p95Ms: 80 },
    load: { executor: 'constant-arrival-rate', rate: 400, maxVus: 80 },
    measured: { rate: 2 },
  },
  shop: { logs: { access: 'annotated' } },
  truth: { cause: { id: 'logging', location: { file: 'access-log' } }, outcomes: ['localized'] },
};
