import type { Fault } from '../../fault.js';

export const gcPressure: Fault = {
  name: 'gc-pressure',
  kind: 'fault',
  title: 'the feed builds and keeps whole timelines, and the collector eats the time',
  endpoint: {
    name: 'feed',
    method: 'GET',
    path: '/feed/visitor-9',
    budgets: { p95Ms: 150 },
    load: { executor: 'constant-arrival-rate', rate: 200, maxVus: 40 },
    measured: { rate: 1.5 },
  },
  shop: { feed: { history: 'timeline' } },
  truth: { cause: { id: 'gc-pressure', location: { file: 'feed' } }, outcomes: ['localized', 'mixed'] },
};
