import type pg from 'pg';
import { z } from 'zod';
import type { ShopConfig } from '../config.js';
import { getJson, HttpError, type Route } from '../http.js';
import { assembleRecentOrders, joinRecentOrders } from '../recent-orders.js';
import { printInvoice } from '../invoice.js';
import { placeOrder } from '../place-order.js';

const orderSchema = z.object({ customer: z.int().positive(), sku: z.string(), quantity: z.int().positive() });

export function orderRoutes(database: pg.Pool, config: ShopConfig): Route[] {
  const recentOrders = config.orders.recent === 'joined' ? joinRecentOrders : assembleRecentOrders;
  const shipping = config.orders.shipping === 'lookup' ? shippingByLookup : shippingInSession;
  return [
    {
      method: 'POST',
      path: '/orders',
      handle: async ({ body }) => {
        const order = orderSchema.safeParse(body);
        if (!order.success) throw new HttpError(400, 'expected {customer, sku, quantity}');
        return await placeOrder(database, config, order.data);
      },
    },
    { method: 'GET', path: '/orders/recent', handle: async () => ({ orders: await recentOrders(database) }) },
    { method: 'GET', path: '/orders/:id/shipping', handle: async ({ parameter }) => await shipping(database, config, Number(parameter)) },
    {
      method: 'GET',
      path: '/orders/:id/invoice',
      handle: async ({ parameter }) => await printInvoice(database, config, Number(parameter)),
    },
  ];
}

const orderById = 'SELECT id, status, total_cents FROM orders WHERE id = $1';

async function shippingByLookup(database: pg.Pool, config: ShopConfig, id: number): Promise<unknown> {
  const order = await database.query<Record<string, unknown>>(orderById, [id]);
  const parcel = await getJson(`${config.partners.carrier}/parcels/${id}`, 10_000);
  return { order: order.rows[0], parcel };
}

async function shippingInSession(database: pg.Pool, config: ShopConfig, id: number): Promise<unknown> {
  const session = await database.connect();
  try {
    const order = await session.query<Record<string, unknown>>(orderById, [id]);
    const parcel = await getJson(`${config.partners.carrier}/parcels/${id}`, 10_000);
    return { order: order.rows[0], parcel };
  } finally {
    session.release();
  }
}
