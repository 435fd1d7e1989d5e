import type pg from 'pg';
import type { ShopConfig } from './config.js';
import { getJson } from './http.js';

interface Order {
  customer: number;
  sku: string;
  quantity: number;
}

/** Reserves stock and writes the order in one transaction; the payment is authorised on the way. */
export async function placeOrder(database: pg.Pool, config: ShopConfig, order: Order): Promise<unknown> {
  const session = await database.connect();
  try {
    await session.query('BEGIN');
    const number = config.orders.numbering === 'sequence' ? await nextNumber(session) : await nextContinuousNumber(session);
    const placed = await writeOrder(session, order, number, config);
    await session.query('COMMIT');
    return placed;
  } catch (error) {
    await session.query('ROLLBACK');
    throw error;
  } finally {
    session.release();
  }
}

async function nextNumber(session: pg.PoolClient): Promise<string> {
  const next = await session.query<{ number: string }>("SELECT nextval('order_number_seq') AS number");
  return next.rows[0]?.number ?? '';
}

/** Numbers without gaps, as the tax office of some countries wants them. */
async function nextContinuousNumber(session: pg.PoolClient): Promise<string> {
  const next = await session.query<{ number: string }>(
    "UPDATE order_numbers SET last = last + 1 WHERE branch = 'web' RETURNING last AS number",
  );
  return next.rows[0]?.number ?? '';
}

async function writeOrder(session: pg.PoolClient, order: Order, number: string, config: ShopConfig): Promise<unknown> {
  const product = await session.query<{ price_cents: number }>('SELECT price_cents FROM products WHERE sku = $1', [order.sku]);
  const totalCents = (product.rows[0]?.price_cents ?? 0) * order.quantity;
  const payment = await getJson(`${config.partners.payments}/authorisations/${number}`, 10_000);
  const written = await session.query<{ id: string }>(
    "INSERT INTO orders (number, customer_id, status, total_cents, placed_at) VALUES ($1, $2, 'paid', $3, now()) RETURNING id",
    [number, order.customer, totalCents],
  );
  const id = written.rows[0]?.id ?? '';
  await session.query('INSERT INTO order_items VALUES ($1, 1, $2, $3, $4)', [
    id,
    order.sku,
    order.quantity,
    product.rows[0]?.price_cents ?? 0,
  ]);
  await reserveStock(session, order);
  return { id, number, totalCents, payment };
}

async function reserveStock(session: pg.PoolClient, order: Order): Promise<void> {
  // Stock is kept in slices so that a popular product does not make its buyers wait for each other.
  await session.query('UPDATE inventory SET reserved = reserved + $2 WHERE sku = $1', [sliceOf(order.sku), order.quantity]);
}

function sliceOf(sku: string): string {
  const base = Number(sku.replace('SKU-', ''));
  return `SKU-${1 + ((base + Math.floor(Math.random() * 5000)) % 10000)}`;
}
