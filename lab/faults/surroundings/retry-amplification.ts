import type { Fault } from '../../fault.js';

/** 40 requests a second are 60 % of what the partner can do; five tries of each are three times as much as it can. After the last, visitors see bestsellers. */
export const retryAmplification: Fault = {
  name: 'retry-amplification',
  kind: 'fault',
  title: 'impatient calls to the recommendation service are repeated at once, until it does nothing but answer nobody',
  endpoint: {
    name: 'recommendations',
    method: 'GET',
    path: '/recommendations/SKU-5',
    budgets: { p95Ms: 100, errorRatio: 0.01 },
    load: { executor: 'constant-arrival-rate', rate: 40, maxVus: 60 },
  },
  shop: { recommendations: { attempts: 5, timeoutMs: 30, otherwise: 'bestsellers' } },
  partnersAnswerAfterMs: { recommendations: 15 },
  partnersServeAtOnce: { recommendations: 1 },
  truth: { cause: { id: 'retry-amplification', location: { partner: 'recommendations' } }, outcomes: ['localized'] },
};

/** The same partner at the same pace, asked once and with patience: the budget holds, so the retries alone break it. */
export const patientCalls: Fault = {
  ...retryAmplification,
  name: 'patient-calls',
  kind: 'control',
  title: 'the recommendation service is as busy as it may be, and every call waits for its one answer',
  shop: { recommendations: { attempts: 1, timeoutMs: 5000 } },
  truth: { cause: null, outcomes: ['not-reproduced'] },
};
