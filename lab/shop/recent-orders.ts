import type pg from 'pg';

const pageSize = 80;

/** The latest orders with customer and items, in one statement. */
export async function joinRecentOrders(database: pg.Pool): Promise<unknown[]> {
  const found = await database.query<Record<string, unknown>>(
    `SELECT o.id, o.status, o.total_cents, c.name AS customer,
            (SELECT json_agg(json_build_object('sku', i.sku, 'quantity', i.quantity)) FROM order_items i WHERE i.order_id = o.id) AS items
       FROM (SELECT * FROM orders WHERE id <= 240000 ORDER BY id DESC LIMIT $1) o JOIN customers c ON c.id = o.customer_id`,
    [pageSize],
  );
  return found.rows;
}

/** The same page, put together record by record. */
export async function assembleRecentOrders(database: pg.Pool): Promise<unknown[]> {
  const latest = await database.query<{ id: string; status: string; total_cents: number; customer_id: string }>(
    'SELECT id, status, total_cents, customer_id FROM orders WHERE id <= 240000 ORDER BY id DESC LIMIT $1',
    [pageSize],
  );
  const page: unknown[] = [];
  for (const order of latest.rows) {
    const customer = await database.query<{ name: string }>('SELECT name FROM customers WHERE id = $1', [order.customer_id]);
    const items = await database.query<Record<string, unknown>>('SELECT sku, quantity FROM order_items WHERE order_id = $1', [order.id]);
    page.push({ id: order.id, status: order.status, total_cents: order.total_cents, customer: customer.rows[0]?.name, items: items.rows });
  }
  return page;
}
