/** Rates and budgets of faults that are slow by using up a core, as this machine needs them. */
import { isDeepStrictEqual } from 'node:util';
import type { Fault, FaultEndpoint } from '../fault.js';
import { measureEndpoint } from './measure-endpoint.js';

/** Enough for a median that one pause does not move. */
const requests = 15;

/** The endpoint with the rate or the budget that follows from `medianMs`, of one request after another. */
export function fitted(endpoint: FaultEndpoint, medianMs: number): FaultEndpoint {
  const { measured, load } = endpoint;
  if (measured === undefined) return endpoint;
  if ('budget' in measured) return { ...endpoint, budgets: { ...endpoint.budgets, p95Ms: Math.ceil(measured.budget * medianMs) } };
  if (load.executor === 'constant-vus') return endpoint;
  return { ...endpoint, load: { ...load, rate: Math.ceil((measured.rate * 1000) / medianMs) } };
}

/** The faults as this machine needs them. Faults that share an endpoint share what was measured on the first of them. */
export async function fitToMachine(
  faults: Fault[],
  startBroken: (fault: Fault) => Promise<{ url: string; stop: () => Promise<unknown> }>,
): Promise<Fault[]> {
  const known: { endpoint: FaultEndpoint; fit: FaultEndpoint }[] = [];
  for (const fault of faults) {
    const { endpoint } = fault;
    if (endpoint.measured === undefined || known.some((one) => isDeepStrictEqual(one.endpoint, endpoint))) continue;
    const shop = await startBroken(fault);
    try {
      await measureEndpoint(shop.url, endpoint, requests);
      const { medianMs } = await measureEndpoint(shop.url, endpoint, requests);
      known.push({ endpoint, fit: fitted(endpoint, medianMs) });
    } finally {
      await shop.stop();
    }
  }
  return faults.map((fault) => {
    const fit = known.find(({ endpoint }) => isDeepStrictEqual(endpoint, fault.endpoint))?.fit;
    return fit === undefined ? fault : { ...fault, endpoint: fit };
  });
}
