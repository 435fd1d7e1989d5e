import type { ShopConfig } from '../config.js';
import { getJson, type Route } from '../http.js';

export function recommendationRoutes(config: ShopConfig): Route[] {
  return [
    { method: 'GET', path: '/recommendations/:sku', handle: async ({ parameter }) => ({ related: await relatedTo(parameter, config) }) },
  ];
}

async function relatedTo(sku: string, config: ShopConfig): Promise<unknown> {
  const { attempts, timeoutMs, otherwise } = config.recommendations;
  for (let attempt = 1; ; attempt++) {
    try {
      return await getJson(`${config.partners.recommendations}/related/${sku}`, timeoutMs);
    } catch (error) {
      if (attempt < attempts) continue;
      if (otherwise === 'bestsellers') return ['SKU-1', 'SKU-2', 'SKU-3'];
      throw error;
    }
  }
}
