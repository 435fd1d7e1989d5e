import { missingIndex } from '../database/missing-index.js';
import type { Fault } from '../../fault.js';

export const tooShort: Fault = {
  ...missingIndex,
  name: 'too-short',
  kind: 'control',
  title: 'the confirmation sees a handful of requests only: nothing is proven',
  endpoint: {
    ...missingIndex.endpoint,
    budgets: { p95Ms: 60 },
    load: { executor: 'constant-arrival-rate', rate: 0.5, maxVus: 5 },
    durationMs: 10_000,
  },
  truth: { cause: null, outcomes: ['unproven'] },
};
