import { isDeepStrictEqual } from 'node:util';
import { stringify } from 'yaml';
import type { Fault, FaultEndpoint } from './fault.js';

export const labService = 'shop';

export interface LabCatalog {
  yaml: string;
  /** Endpoint key of each fault, by its name. */
  endpointOf: Map<string, string>;
}

export interface LabCatalogOptions {
  shopUrl: string;
  shopPort: number;
  /** Judged part of each load, unless a fault needs another. */
  durationMs: number;
  warmUpMs: number;
}

/** A `responder.yaml` with one entry for each way in which the faults' endpoints are called. Names say nothing about a fault. */
export function buildLabCatalog(faults: Fault[], options: LabCatalogOptions): LabCatalog {
  const entries = new Map<string, FaultEndpoint>();
  const endpointOf = new Map<string, string>();
  for (const fault of faults) {
    const key = keyFor(fault.endpoint, entries);
    entries.set(key, fault.endpoint);
    endpointOf.set(fault.name, key);
  }
  const endpoints = Object.fromEntries([...entries].map(([key, endpoint]) => [key, toCatalogEndpoint(endpoint, options)]));
  const service = {
    environment: 'development',
    endpoints,
    process: { port: options.shopPort },
    profiler: 'auto',
    // Cases come one after the other on the same endpoints, and one that finds nothing must not keep the next one off.
    coolDown: '0s',
    loadMinutesPerDay: 1440,
    databases: { main: { kind: 'postgres', connection: { env: 'SHOP_DATABASE_URL' } } },
    remedies: ['create-index', 'analyze-table', 'terminate-blocker'],
  };
  return { yaml: stringify({ version: 1, services: { [labService]: service } }), endpointOf };
}

/** The endpoint's name; a second way to call an endpoint of that name gets `-2`, and so on. */
function keyFor(endpoint: FaultEndpoint, entries: Map<string, FaultEndpoint>): string {
  for (let count = 1; ; count++) {
    const key = count === 1 ? endpoint.name : `${endpoint.name}-${count}`;
    const known = entries.get(key);
    if (known === undefined || isDeepStrictEqual(known, endpoint)) return key;
  }
}

/** The entry of an endpoint; `shopUrl` is where its service listens. */
export function toCatalogEndpoint(
  endpoint: FaultEndpoint,
  options: Pick<LabCatalogOptions, 'shopUrl' | 'durationMs' | 'warmUpMs'>,
): Record<string, unknown> {
  const durationMs = endpoint.durationMs ?? options.durationMs;
  return {
    method: endpoint.method,
    url: `${options.shopUrl}${endpoint.path}`,
    ...(endpoint.body === undefined ? {} : { body: endpoint.body }),
    budgets: endpoint.budgets,
    load: { ...endpoint.load, duration: `${durationMs}ms`, warmUp: `${options.warmUpMs}ms` },
  };
}
