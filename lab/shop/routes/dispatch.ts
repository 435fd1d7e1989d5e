import type pg from 'pg';
import type { Route } from '../http.js';

export function dispatchRoutes(database: pg.Pool): Route[] {
  return [{ method: 'GET', path: '/dispatch/board', handle: async () => ({ parcels: await currentWave(database) }) }];
}

/** The parcels that leave next, heaviest first, each with its label. */
async function currentWave(database: pg.Pool): Promise<unknown[]> {
  const found = await database.query<Record<string, unknown>>(
    `SELECT p.id, p.order_id, p.weight_grams, l.label
       FROM parcels p JOIN parcel_labels l ON l.wave = p.wave AND l.order_id = p.order_id
      WHERE p.wave = 'current' ORDER BY p.weight_grams DESC, p.id LIMIT 40`,
  );
  return found.rows;
}
