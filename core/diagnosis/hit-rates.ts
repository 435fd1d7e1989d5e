import type { HitRates } from './confidence.js';

/** Written by `npm run lab -- --calibrate` from fixtures/evidence; docs/accuracy.md shows the cases. */
export const hitRates: HitRates = {
  'profile-leads': { hits: 20, cases: 20 },
  'profile-tie': { hits: 4, cases: 4 },
  'foreign-route': { hits: 2, cases: 2 },
  'plan-executed': { hits: 12, cases: 12 },
  'plan-estimated': { hits: 1, cases: 1 },
  'statement-counts': { hits: 5, cases: 5 },
  'statement-holds': { hits: 6, cases: 6 },
  'wait-inside': { hits: 5, cases: 5 },
  'lock-tree': { hits: 7, cases: 7 },
  'slots-refused': { hits: 1, cases: 1 },
  'pool-in-use': { hits: 1, cases: 1 },
  'pool-inferred': { hits: 3, cases: 3 },
  'connections-open': { hits: 1, cases: 1 },
  'connections-unkept': { hits: 1, cases: 1 },
  'connections-unused': { hits: 1, cases: 1 },
  'sockets-wait': { hits: 7, cases: 7 },
  'sockets-unclear': { hits: 1, cases: 1 },
  'calls-repeated': { hits: 1, cases: 1 },
  'cpu-denied': { hits: 1, cases: 1 },
  'threads-full': { hits: 2, cases: 2 },
  'load-beyond': { hits: 1, cases: 1 },
};
