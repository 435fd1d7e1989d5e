import type pg from 'pg';
import type { ShopConfig } from '../config.js';
import { HttpError, type Route } from '../http.js';

export function customerRoutes(database: pg.Pool, config: ShopConfig): Route[] {
  const findCustomer = config.customers.lookup === 'exact' ? findByEmail : findByEmailInAnyCase;
  return [
    {
      method: 'GET',
      path: '/customers',
      handle: async ({ query }) => {
        const customer = await findCustomer(database, query.get('email') ?? '');
        if (customer === undefined) throw new HttpError(404, 'no such customer');
        return customer;
      },
    },
    {
      method: 'GET',
      path: '/customers/:id/orders',
      handle: async ({ parameter }) => ({ orders: await orderHistory(database, Number(parameter)) }),
    },
  ];
}

async function findByEmail(database: pg.Pool, email: string): Promise<unknown> {
  const found = await database.query<{ id: string }>('SELECT id, email, name, city FROM customers WHERE email = $1', [email]);
  return found.rows[0];
}

async function findByEmailInAnyCase(database: pg.Pool, email: string): Promise<unknown> {
  const found = await database.query<{ id: string }>('SELECT id, email, name, city FROM customers WHERE lower(email) = lower($1)', [email]);
  return found.rows[0];
}

async function orderHistory(database: pg.Pool, customerId: number): Promise<unknown[]> {
  const found = await database.query<Record<string, unknown>>(
    'SELECT id, status, total_cents, placed_at FROM orders WHERE customer_id = $1 ORDER BY placed_at DESC LIMIT 20',
    [customerId],
  );
  return found.rows;
}
