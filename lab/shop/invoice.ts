import type pg from 'pg';
import type { ShopConfig } from './config.js';

const lines = 'SELECT line, sku, quantity, price_cents FROM order_items WHERE order_id = $1 ORDER BY line';
/** So often a request for an invoice comes while the printer has it. Counted, not thrown: the load is to meet it the same number of times. */
const inPrintEvery = 66;
let asked = 0;

/** The invoice of one order. While the printer has it, its state alone is answered. */
export async function printInvoice(database: pg.Pool, config: ShopConfig, id: number): Promise<unknown> {
  const isInPrint = (asked += 1) % inPrintEvery === 0;
  if (config.orders.invoice === 'reprinted') {
    const found = await database.query(lines, [id]);
    return { id, state: isInPrint ? 'in print' : 'ready', lines: found.rows };
  }
  const session = await database.connect();
  if (config.orders.invoice === 'locked-once') await session.query('BEGIN');
  const found = await session.query(lines, [id]);
  if (isInPrint) return { id, state: 'in print' };
  if (config.orders.invoice === 'locked-once') await session.query('COMMIT');
  session.release();
  return { id, state: 'ready', lines: found.rows };
}
