import type { Fault } from '../../fault.js';

export const crypto: Fault = {
  name: 'crypto',
  kind: 'fault',
  title: 'logins derive their key on the event loop',
  endpoint: {
    name: 'login',
    method: 'POST',
    path: '/sessions',
    body: { user: 'ada', secret: 'letmein' },
    budgets: { p95Ms: 200 },
    load: { executor: 'constant-arrival-rate', rate: 50, maxVus: 25 },
    measured: { rate: 1.3 },
  },
  shop: { accounts: { verification: 'password' } },
  truth: { cause: { id: 'crypto', location: { frames: ['verifyPassword', 'pbkdf2Sync'] } }, outcomes: ['localized'] },
};
