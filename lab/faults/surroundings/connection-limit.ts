import pg from 'pg';
import { callOnce } from '../../background-traffic.js';
import type { Fault, FaultContext, UndoFault } from '../../fault.js';

/** Opens sessions until the server refuses, and gives the last `free` of them back. The caller ends the others. */
export async function fillSlots(shopDatabaseUrl: string, free: number): Promise<pg.Client[]> {
  const held: pg.Client[] = [];
  for (;;) {
    const client = new pg.Client({ connectionString: shopDatabaseUrl, application_name: 'price-sync' });
    client.on('error', () => undefined);
    try {
      await client.connect();
    } catch {
      await Promise.all(held.splice(held.length - free, free).map((last) => last.end()));
      return held;
    }
    held.push(client);
  }
}

async function synchronisePrices({ shopUrl, shopDatabaseUrl }: FaultContext): Promise<UndoFault> {
  // The page asks twice at once: the shop opens two sessions before the others come, and gets no third.
  await callOnce(`${shopUrl}/products/SKU-99`);
  const held = await fillSlots(shopDatabaseUrl, 0);
  return async () => {
    await Promise.all(held.map((client) => client.end()));
  };
}

export const connectionLimit: Fault = {
  name: 'connection-limit',
  kind: 'fault',
  title: 'another program of the same team opens sessions and closes none, until the server has no slot left',
  endpoint: {
    name: 'place-order',
    method: 'POST',
    path: '/orders',
    body: { customer: 42, sku: 'SKU-17', quantity: 1 },
    budgets: { p95Ms: 200, errorRatio: 0.01 },
    load: { executor: 'constant-arrival-rate', rate: 90, maxVus: 40 },
  },
  partnersAnswerAfterMs: { payments: 20 },
  apply: synchronisePrices,
  truth: { cause: { id: 'connection-limit', location: { pool: true } }, outcomes: ['localized'] },
};
