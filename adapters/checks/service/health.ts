import type { Check } from '../check.js';
import { noHealthAddress, sampleHealth, slowAfterOf } from './sample-health.js';

export const health: Check = {
  id: 'service.health',
  area: 'service',
  title: 'health and readiness addresses: status, body, time, three samples',
  plan: ({ catalog, services }) =>
    services.flatMap((name) => {
      const service = catalog.services[name];
      const urls = service?.health ?? [];
      if (urls.length === 0) return [{ target: name, look: () => Promise.resolve(noHealthAddress.finding) }];
      return urls.map((url) => ({
        target: `${name} ${url}`,
        look: async (signal) => (await sampleHealth(url, slowAfterOf(service), signal)).finding,
      }));
    }),
};
