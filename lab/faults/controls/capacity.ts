import type { Fault } from '../../fault.js';

export const capacity: Fault = {
  name: 'capacity',
  kind: 'control',
  title: 'no code is to blame: more visitors than one process can serve',
  endpoint: {
    name: 'printable-page',
    method: 'GET',
    path: '/pages/SKU-99',
    budgets: { p95Ms: 100 },
    load: { executor: 'constant-arrival-rate', rate: 500, maxVus: 150 },
    measured: { rate: 3 },
  },
  truth: { cause: null, outcomes: ['capacity'] },
};
