import { Counter, collectDefaultMetrics, Registry } from 'prom-client';

export interface HookMetrics {
  registry: Registry;
  deliveries: Counter<'source' | 'status'>;
  alerts: Counter<'source' | 'result'>;
}

/** A registry of its own: several hooks may live in one process. */
export function createHookMetrics(): HookMetrics {
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
  return { registry, deliveries, alerts };
}
