import type { Fault } from '../../fault.js';

export const hotFunction: Fault = {
  name: 'hot-function',
  kind: 'fault',
  title: 'the quote compares every promotion with every other',
  endpoint: {
    name: 'quote',
    method: 'POST',
    path: '/checkout/quote',
    body: { category: 'tables', lines: [{ priceCents: 1290, quantity: 2 }] },
    budgets: { p95Ms: 200 },
    load: { executor: 'constant-arrival-rate', rate: 60, maxVus: 25 },
    measured: { rate: 1.3 },
  },
  shop: { pricing: { promotions: 'combined' } },
  truth: { cause: { id: 'hot-function', location: { frames: ['combinePromotions'], file: 'promotions' } }, outcomes: ['localized'] },
};
