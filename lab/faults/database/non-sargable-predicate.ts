import type { Fault } from '../../fault.js';

export const nonSargablePredicate: Fault = {
  name: 'non-sargable-predicate',
  kind: 'fault',
  title: 'customers are looked up by lower(email), which the index on email cannot serve',
  endpoint: {
    name: 'customer-lookup',
    method: 'GET',
    path: '/customers?email=customer4711@example.com',
    budgets: { p95Ms: 150 },
    load: { executor: 'constant-arrival-rate', rate: 60, maxVus: 30 },
  },
  shop: { customers: { lookup: 'any-case' } },
  truth: { cause: { id: 'non-sargable-predicate', location: { relation: 'customers', columns: ['email'] } }, outcomes: ['localized'] },
};
