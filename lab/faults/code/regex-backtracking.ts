import type { Fault } from '../../fault.js';

export const regexBacktracking: Fault = {
  name: 'regex-backtracking',
  kind: 'fault',
  title: 'reviews are screened by a pattern that backtracks',
  endpoint: {
    name: 'review-preview',
    method: 'POST',
    path: '/reviews/preview',
    body: { sku: 'SKU-7', rating: 5, text: 'absolutelywonderfulchr!!' },
    budgets: { p95Ms: 200 },
    load: { executor: 'constant-arrival-rate', rate: 60, maxVus: 25 },
    measured: { rate: 1.3 },
  },
  shop: { reviews: { screening: 'phrases' } },
  truth: {
    cause: { id: 'regex-backtracking', location: { frames: ['looksLikeProse'], file: 'review-screening' } },
    outcomes: ['localized'],
  },
};
