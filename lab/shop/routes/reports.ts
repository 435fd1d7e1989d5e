import type pg from 'pg';
import type { ShopConfig } from '../config.js';
import type { Route } from '../http.js';
import { forecastDemand } from '../forecast.js';

export function reportRoutes(database: pg.Pool, config: ShopConfig): Route[] {
  const salesReport = config.reports.sales === 'summary' ? summariseSales : tallySales;
  return [
    { method: 'GET', path: '/reports/sales', handle: async () => await salesReport(database) },
    {
      method: 'GET',
      path: '/reports/largest',
      handle: async ({ query }) => ({ orders: await largestOrders(database, Number(query.get('page') ?? 0)) }),
    },
    {
      method: 'GET',
      path: '/reports/forecast',
      handle: async ({ query }) => await Promise.resolve(forecastDemand(Number(query.get('weeks') ?? 4))),
    },
  ];
}

const week = "placed_at >= timestamptz '2024-03-01' AND placed_at < timestamptz '2024-03-10'";

async function summariseSales(database: pg.Pool): Promise<unknown> {
  const found = await database.query<Record<string, unknown>>(
    `SELECT status, count(*)::int AS orders, sum(total_cents)::int AS cents FROM orders WHERE ${week} GROUP BY status`,
  );
  return { statuses: found.rows };
}

/** The same figures, counted here. */
async function tallySales(database: pg.Pool): Promise<unknown> {
  const found = await database.query<{ status: string; total_cents: number }>(`SELECT * FROM orders WHERE ${week}`);
  const tally = new Map<string, { orders: number; cents: number }>();
  for (const order of found.rows) {
    const line = tally.get(order.status) ?? { orders: 0, cents: 0 };
    tally.set(order.status, { orders: line.orders + 1, cents: line.cents + order.total_cents });
  }
  return { statuses: [...tally].map(([status, line]) => ({ status, ...line })) };
}

/** The largest orders of half a year, 20 a page. */
async function largestOrders(database: pg.Pool, page: number): Promise<unknown[]> {
  const found = await database.query<Record<string, unknown>>(
    `SELECT id, customer_id, total_cents, note FROM orders
      WHERE placed_at >= timestamptz '2024-01-01' AND placed_at < timestamptz '2024-07-01'
      ORDER BY total_cents DESC, id LIMIT 20 OFFSET ${Math.max(0, Math.trunc(page)) * 20}`,
  );
  return found.rows;
}
