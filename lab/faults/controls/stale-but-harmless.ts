import type { Fault } from '../../fault.js';
import { missingIndex } from '../database/missing-index.js';

/** The estimate is a thousand times too low, and right or wrong the only way through the table is the same. */
export const staleButHarmless: Fault = {
  ...missingIndex,
  name: 'stale-but-harmless',
  kind: 'control',
  title: 'the index behind the order history was dropped, and a customer imported a thousand orders since the table was analysed',
  apply: async ({ connect }) => {
    const client = await connect('order-import');
    await client.query('ALTER TABLE orders SET (autovacuum_enabled = false)');
    await client.query('DROP INDEX orders_customer_id_idx');
    await client.query(
      "INSERT INTO orders (customer_id, status, total_cents, placed_at) SELECT CASE WHEN i <= 1200 THEN 4711 ELSE 1 + i % 200000 END, 'paid', 1000, timestamptz '2023-06-01' + i * interval '1 second' FROM generate_series(1, 120000) i",
    );
    return async () => {
      await client.query('CREATE INDEX orders_customer_id_idx ON orders (customer_id)');
      await client.query('ALTER TABLE orders RESET (autovacuum_enabled)');
      await client.query('ANALYZE orders');
    };
  },
};
