import type pg from 'pg';
import { HttpError, type Route } from '../http.js';

export function productRoutes(database: pg.Pool): Route[] {
  return [
    { method: 'GET', path: '/search', handle: async ({ query }) => ({ products: await searchProducts(database, query.get('q') ?? '') }) },
    { method: 'GET', path: '/products/:sku', handle: async ({ parameter }) => await productPage(database, parameter) },
  ];
}

async function searchProducts(database: pg.Pool, text: string): Promise<unknown[]> {
  const prefix = `${text.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`;
  const found = await database.query<Record<string, unknown>>(
    'SELECT sku, name, price_cents FROM products WHERE name LIKE $1 ORDER BY name LIMIT 20',
    [prefix],
  );
  return found.rows;
}

async function productPage(database: pg.Pool, sku: string): Promise<unknown> {
  const [products, reviews] = await Promise.all([
    database.query<Record<string, unknown>>(
      'SELECT p.sku, p.name, p.price_cents, p.description, i.on_hand FROM products p JOIN inventory i USING (sku) WHERE p.sku = $1',
      [sku],
    ),
    database.query<Record<string, unknown>>('SELECT rating, body FROM reviews WHERE sku = $1 ORDER BY written_at DESC LIMIT 5', [sku]),
  ]);
  const product = products.rows[0];
  if (product === undefined) throw new HttpError(404, 'no such product');
  return { ...product, reviews: reviews.rows };
}
