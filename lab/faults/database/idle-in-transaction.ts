import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../../fault.js';

export const idleInTransaction: Fault = {
  name: 'idle-in-transaction',
  kind: 'fault',
  title: 'a stock-taking job keeps its transaction open over the inventory while it thinks',
  endpoint: {
    name: 'place-order',
    method: 'POST',
    path: '/orders',
    body: { customer: 42, sku: 'SKU-17', quantity: 1 },
    budgets: { p95Ms: 200, errorRatio: 0.01 },
    load: { executor: 'constant-arrival-rate', rate: 20, maxVus: 30 },
  },
  apply: async ({ connect }) => {
    const client = await connect('stock-taking');
    const stop = new AbortController();
    const job = (async () => {
      while (!stop.signal.aborted) {
        await client.query('BEGIN');
        await client.query('SELECT sku, on_hand FROM inventory FOR UPDATE');
        await sleep(1500, undefined, { signal: stop.signal }).catch(() => undefined);
        await client.query('COMMIT');
        await sleep(250, undefined, { signal: stop.signal }).catch(() => undefined);
      }
    })();
    return async () => {
      stop.abort();
      await job;
    };
  },
  truth: { cause: { id: 'idle-in-transaction', location: { session: 'stock-taking' } }, outcomes: ['localized', 'mixed'] },
};
