import type { Fault } from '../../fault.js';

export const threadPoolStarvation: Fault = {
  name: 'thread-pool-starvation',
  kind: 'fault',
  title: 'logins derive their key in the thread pool, which has one thread only',
  endpoint: {
    name: 'login',
    method: 'POST',
    path: '/sessions',
    body: { user: 'ada', secret: 'letmein' },
    budgets: { p95Ms: 200 },
    load: { executor: 'constant-arrival-rate', rate: 50, maxVus: 25 },
    measured: { rate: 1.3 },
  },
  shop: { accounts: { verification: 'key' } },
  environment: { UV_THREADPOOL_SIZE: '1' },
  truth: { cause: { id: 'thread-pool-starvation', location: { pool: true } }, outcomes: ['localized'] },
};
