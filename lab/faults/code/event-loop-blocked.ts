import type { Fault } from '../../fault.js';
import { callRepeatedly } from '../../background-traffic.js';

export const eventLoopBlocked: Fault = {
  name: 'event-loop-blocked',
  kind: 'fault',
  title: 'another route (the demand forecast) blocks the event loop for everybody',
  endpoint: {
    name: 'product-page',
    method: 'GET',
    path: '/products/SKU-99',
    budgets: { p95Ms: 150 },
    load: { executor: 'constant-arrival-rate', rate: 40, maxVus: 40 },
  },
  apply: async ({ shopUrl }) => await Promise.resolve(callRepeatedly(`${shopUrl}/reports/forecast?weeks=6`, 250)),
  truth: {
    cause: { id: 'event-loop-blocked', location: { frames: ['smoothSeasons', 'forecastDemand'], route: 'GET /reports/forecast' } },
    outcomes: ['localized'],
  },
};
