import type { Fault } from '../../fault.js';
import { contendForOneCore } from '../../neighbours/contend-for-core.js';
import { hotFunction } from '../code/hot-function.js';

export const cpuStarved: Fault = {
  name: 'cpu-starved',
  kind: 'fault',
  title: 'six batch jobs were moved to the CPU that the shop may use',
  endpoint: {
    name: 'printable-page',
    method: 'GET',
    path: '/pages/SKU-99',
    budgets: { p95Ms: 100 },
    load: { executor: 'constant-arrival-rate', rate: 150, maxVus: 60 },
  },
  apply: async ({ shopPid }) => await contendForOneCore(shopPid, 6),
  truth: { cause: { id: 'cpu-starved', location: {} }, outcomes: ['localized'] },
};

/** The quote needs more than a whole core, which nobody can give to one event loop. */
export const noisyNeighbour: Fault = {
  ...hotFunction,
  name: 'noisy-neighbour',
  kind: 'control',
  title: 'the quote is slow in the service, and one batch job shares its CPU',
  apply: async ({ shopPid }) => await contendForOneCore(shopPid, 1),
};
