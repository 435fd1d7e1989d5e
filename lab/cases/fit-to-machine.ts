/** Rates and budgets of faults that are slow by using up a core, as this machine needs them. */
import { isDeepStrictEqual } from 'node:util';
import type { Fault, FaultEndpoint } from '../fault.js';
import { measureEndpoint, measureUnderLoad } from './measure-endpoint.js';

/** Enough for a median that one pause does not move. */
const requests = 15;
/** Five of a hundred requests are above their 95th percentile, so this many seconds of the slowest load of the lab, ten a second, have three of them. */
const loadMs = 6000;

/** The shop of a fault as it starts, healthy. */
interface MeasuredShop {
  url: string;
  breakIt: () => Promise<void>;
  stop: () => Promise<unknown>;
}

/** More than one core answers, of one request after another that takes `medianMs`. */
export function withRate(endpoint: FaultEndpoint, medianMs: number): FaultEndpoint {
  const { measured, load } = endpoint;
  if (typeof measured !== 'object' || load.executor === 'constant-vus') return endpoint;
  return { ...endpoint, load: { ...load, rate: Math.ceil((measured.rate * 1000) / medianMs) } };
}

/** A budget as many times above the healthy 95th percentile as the broken one is above the budget: both may vary by that much. */
export function withBudget(endpoint: FaultEndpoint, healthyMs: number, brokenMs: number): FaultEndpoint {
  return { ...endpoint, budgets: { ...endpoint.budgets, p95Ms: Math.ceil(Math.sqrt(healthyMs * brokenMs)) } };
}

async function fit(endpoint: FaultEndpoint, shop: MeasuredShop): Promise<FaultEndpoint> {
  if (endpoint.measured === 'budget') {
    const healthyMs = await measureUnderLoad(shop.url, endpoint, loadMs);
    await shop.breakIt();
    return withBudget(endpoint, healthyMs, await measureUnderLoad(shop.url, endpoint, loadMs));
  }
  await shop.breakIt();
  await measureEndpoint(shop.url, endpoint, requests);
  return withRate(endpoint, (await measureEndpoint(shop.url, endpoint, requests)).medianMs);
}

async function fitOn(fault: Fault, startShop: (fault: Fault) => Promise<MeasuredShop>): Promise<FaultEndpoint> {
  const shop = await startShop(fault);
  try {
    return await fit(fault.endpoint, shop);
  } finally {
    await shop.stop();
  }
}

/**
 * The faults as this machine needs them. Faults that share an endpoint share what was measured on the first of `all` that has it: a control breaks
 * nothing, so that it is measured on the fault that it is the control of.
 */
export async function fitToMachine(
  faults: Fault[],
  all: readonly Fault[],
  startShop: (fault: Fault) => Promise<MeasuredShop>,
): Promise<Fault[]> {
  const fits = new Map<Fault, FaultEndpoint>();
  const fitted: Fault[] = [];
  for (const fault of faults) {
    const { endpoint } = fault;
    if (endpoint.measured === undefined) {
      fitted.push(fault);
      continue;
    }
    const measured = all.find((one) => isDeepStrictEqual(one.endpoint, endpoint)) ?? fault;
    const known = fits.get(measured) ?? (await fitOn(measured, startShop));
    fits.set(measured, known);
    fitted.push({ ...fault, endpoint: known });
  }
  return fitted;
}
