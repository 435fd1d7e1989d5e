import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../../fault.js';

export const ddlLock: Fault = {
  name: 'ddl-lock',
  kind: 'fault',
  title: 'a migration alters the inventory and takes its time in the same transaction, again and again',
  endpoint: {
    name: 'place-order',
    method: 'POST',
    path: '/orders',
    body: { customer: 42, sku: 'SKU-17', quantity: 1 },
    budgets: { p95Ms: 200, errorRatio: 0.01 },
    load: { executor: 'constant-arrival-rate', rate: 20, maxVus: 30 },
  },
  apply: async ({ connect }) => {
    const client = await connect('migrations');
    const stop = new AbortController();
    const job = (async () => {
      while (!stop.signal.aborted) {
        await client.query('BEGIN');
        await client.query('ALTER TABLE inventory ADD COLUMN bin text');
        await client.query('SELECT count(*), pg_sleep(1.4) FROM inventory WHERE bin IS NULL');
        await client.query('ROLLBACK');
        await sleep(250, undefined, { signal: stop.signal }).catch(() => undefined);
      }
    })();
    return async () => {
      stop.abort();
      await job;
    };
  },
  truth: { cause: { id: 'ddl-lock', location: { relation: 'inventory' } }, outcomes: ['localized', 'mixed'] },
};
