import { setMaxListeners } from 'node:events';
import { performance } from 'node:perf_hooks';
import type { Catalog } from '../../config/catalog.js';
import { unknownFinding, type CheckRow } from '../../core/command/checks/check.js';
import { worstHealth, type HealthState } from '../../core/command/checks/health.js';
import { health } from './service/health.js';
import { noHealthAddress, sampleHealth, slowAfterOf, type AddressHealth } from './service/sample-health.js';
import { startDeadline, withinTime } from './time-limit.js';

export interface ServiceHealth {
  service: string;
  state: HealthState;
  checks: CheckRow[];
}

export interface HealthOrder {
  catalog: Catalog;
  /** Null: all of the catalog. */
  services: readonly string[] | null;
  signal: AbortSignal;
  /** Three samples of an address that hangs take five seconds; default 20 s. */
  budgetMs?: number;
  /** Each service as its last address is through. */
  onService?: (health: ServiceHealth) => void;
}

const defaultBudgetMs = 20_000;

async function healthOf(catalog: Catalog, name: string, signal: AbortSignal): Promise<ServiceHealth> {
  const service = catalog.services[name];
  const urls = service?.health ?? [];
  const looks = await Promise.all(
    (urls.length === 0 ? [null] : urls).map(async (url): Promise<{ state: HealthState; row: CheckRow }> => {
      const startedAt = performance.now();
      const of: AddressHealth =
        url === null
          ? noHealthAddress
          : await withinTime(signal, (limit) => sampleHealth(url, slowAfterOf(service), limit)).catch(() => ({
              state: 'unknown' as const,
              finding: unknownFinding('its samples were not through in time', 'Ask again: perf-responder health.'),
            }));
      const target = url === null ? name : `${name} ${url}`;
      const tookMs = Math.round(performance.now() - startedAt);
      return { state: of.state, row: { id: health.id, area: health.area, target, ...of.finding, tookMs } };
    }),
  );
  return { service: name, state: worstHealth(looks.map(({ state }) => state)), checks: looks.map(({ row }) => row) };
}

/** Health of services, all at once, in the order of the catalog. Rejects only with the reason of `signal`. */
export async function collectHealth({
  catalog,
  services,
  signal,
  budgetMs = defaultBudgetMs,
  onService,
}: HealthOrder): Promise<ServiceHealth[]> {
  signal.throwIfAborted();
  const limit = startDeadline(signal, budgetMs);
  setMaxListeners(0, limit.signal);
  try {
    const all = await Promise.all(
      (services ?? Object.keys(catalog.services)).map(async (name) => {
        const found = await healthOf(catalog, name, limit.signal);
        onService?.(found);
        return found;
      }),
    );
    signal.throwIfAborted();
    return all;
  } finally {
    limit.end();
  }
}
