import type { Fault } from '../../fault.js';

/** Each request that meets the printer keeps its connection for ever; the pool of twelve is gone about the middle of the load. */
export const connectionLeak: Fault = {
  name: 'connection-leak',
  kind: 'fault',
  title: 'a rare early return forgets to give the connection back',
  endpoint: {
    name: 'invoice',
    method: 'GET',
    path: '/orders/815/invoice',
    budgets: { p95Ms: 150 },
    load: { executor: 'constant-arrival-rate', rate: 60, maxVus: 60 },
  },
  shop: { orders: { invoice: 'printed-once' } },
  truth: { cause: { id: 'connection-leak', location: { pool: true } }, outcomes: ['localized'] },
};

export const transactionLeak: Fault = {
  ...connectionLeak,
  name: 'transaction-leak',
  title: 'a rare early return forgets to end its transaction and to give the connection back',
  shop: { orders: { invoice: 'locked-once' } },
};

/** The same load on the route as it should be: the pool is larger than it needs to be, and most of its connections are idle. */
export const idlePool: Fault = {
  ...connectionLeak,
  name: 'idle-pool',
  kind: 'control',
  title: 'most connections of the pool are idle because nobody needs them',
  shop: {},
  truth: { cause: null, outcomes: ['not-reproduced'] },
};
