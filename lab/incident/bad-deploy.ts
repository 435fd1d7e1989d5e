import type { Fault } from '../fault.js';

/** The release of a bad afternoon: it looks for its database where none is, so every page that reads it fails. */
export const badDeploy: Fault = {
  name: 'bad-deploy',
  kind: 'fault',
  title: 'release v42 looks for its database on a port where nothing listens',
  endpoint: {
    name: 'order-history',
    method: 'GET',
    path: '/customers/4711/orders',
    budgets: { p95Ms: 400, errorRatio: 0.01 },
    load: { executor: 'constant-arrival-rate', rate: 20, maxVus: 20 },
  },
  environment: { SHOP_DATABASE_URL: 'postgres://shop:shop@127.0.0.1:1/shop' },
  truth: { cause: null, outcomes: ['inconclusive'] },
};
