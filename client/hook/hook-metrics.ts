import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';

export interface HookMetrics {
  registry: Registry;
  deliveries: Counter<'source' | 'status'>;
  alerts: Counter<'source' | 'result'>;
}

/** Scraped often, by several; each look asks the server once an incident. */
const countForMs = 10_000;

/** A registry of its own: several hooks may live in one process. `countStuck` may reject: then there is no number, which is the truth. */
export function createHookMetrics(countStuck: () => Promise<number>): HookMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const deliveries = new Counter({
    name: 'perf_responder_hook_deliveries_total',
    help: 'Deliveries to the alert hook by source and HTTP status.',
    labelNames: ['source', 'status'],
    registers: [registry],
  });
  const alerts = new Counter({
    name: 'perf_responder_hook_alerts_total',
    help: 'What deliveries led to, by source: incidents started or attached to, and alerts ignored.',
    labelNames: ['source', 'result'],
    registers: [registry],
  });
  let counted: { atMs: number; count: Promise<number> } | null = null;
  new Gauge({
    name: 'perf_responder_stuck_incidents',
    help: 'Open incidents whose workflow task keeps failing: they do not progress until a worker of a mended build runs.',
    registers: [registry],
    async collect() {
      if (counted === null || Date.now() - counted.atMs > countForMs) counted = { atMs: Date.now(), count: countStuck() };
      this.set(await counted.count.catch(() => Number.NaN));
    },
  });
  return { registry, deliveries, alerts };
}
