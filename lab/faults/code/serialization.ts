import type { Fault } from '../../fault.js';

export const serialization: Fault = {
  name: 'serialization',
  kind: 'fault',
  title: 'every page of the catalog is cut from a JSON copy of all of it',
  endpoint: {
    name: 'catalog',
    method: 'GET',
    path: '/catalog?page=3',
    budgets: { p95Ms: 200 },
    load: { executor: 'constant-arrival-rate', rate: 60, maxVus: 25 },
    measured: { rate: 1.3 },
  },
  shop: { exports: { catalog: 'complete' } },
  truth: { cause: { id: 'serialization', location: { frames: ['copyOf'], file: 'catalog-snapshot' } }, outcomes: ['localized', 'mixed'] },
};
