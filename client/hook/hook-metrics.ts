import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { HookIncidents } from './hook-dependencies.js';

export interface HookMetrics {
  registry: Registry;
  deliveries: Counter<'source' | 'status'>;
  alerts: Counter<'source' | 'result'>;
}

/** Several scrapers ask often, and each count asks the server once per incident. */
const countForMs = 10_000;

type Counted = Pick<HookIncidents, 'countStuck' | 'countLost'>;

/** A gauge that may have no number: its count was rejected, and the gauge shows that. */
function counted(registry: Registry, { name, help }: { name: string; help: string }, count: () => Promise<number>): void {
  let last: { atMs: number; count: Promise<number> } | null = null;
  new Gauge({
    name,
    help,
    registers: [registry],
    async collect() {
      if (last === null || Date.now() - last.atMs > countForMs) last = { atMs: Date.now(), count: count() };
      this.set(await last.count.catch(() => Number.NaN));
    },
  });
}

const stuckGauge = {
  name: 'perf_responder_stuck_incidents',
  help: 'Open incidents whose workflow task keeps failing: they do not progress until a worker of a mended build runs.',
};
const lostGauge = {
  name: 'perf_responder_lost_incidents',
  help: 'Incidents of people whose workflow was terminated or ended from outside within a day: nobody is paged for them any more.',
};

/** A registry of its own, because several hooks may live in one process. */
export function createHookMetrics(incidents: Counted): HookMetrics {
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
  counted(registry, stuckGauge, () => incidents.countStuck());
  counted(registry, lostGauge, () => incidents.countLost());
  return { registry, deliveries, alerts };
}
