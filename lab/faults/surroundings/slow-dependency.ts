import type { Fault } from '../../fault.js';

export const slowDependency: Fault = {
  name: 'slow-dependency',
  kind: 'fault',
  title: 'the recommendation service answers late',
  endpoint: {
    name: 'recommendations',
    method: 'GET',
    path: '/recommendations/SKU-5',
    budgets: { p95Ms: 150 },
    load: { executor: 'constant-arrival-rate', rate: 40, maxVus: 40 },
  },
  partnersAnswerAfterMs: { recommendations: 350 },
  truth: { cause: { id: 'slow-dependency', location: { partner: 'recommendations' } }, outcomes: ['localized'] },
};
