import type { Incident } from '../../../core/model/incident.js';
import { createIndexCause } from './fake-incident.js';

/** A localized incident as it stands when its report is written. */
export function createIncidentFor(endpoint: string): Incident {
  return {
    incidentId: 'perf-shop-orders-12345678-0123456789ab',
    outcome: 'localized',
    service: 'shop',
    endpoint,
    symptom: { metric: 'p95', value: 900, text: 'p95 900ms' },
    confirmation: {
      verdict: 'confirmed',
      reasons: [],
      observed: { p50Ms: 400, p95Ms: 812, p99Ms: 900, meanMs: 400, errorRatio: 0, requestRate: 50 },
      budget: { p95Ms: 250 },
      requests: 500,
      requestRate: 50,
      broken: ['p95'],
    },
    accounting: [],
    branch: 'db-bound',
    causes: [createIndexCause],
    ruledOut: [],
    missingEvidence: [],
    evidence: [{ id: 'plan-1', kind: 'plan', summary: 'seq scan on orders, 40 ms', artifact: null }],
    timing: { acceptedAt: '2026-11-24T10:00:00.000Z', loadWindowMs: 60_000, reportReadyMs: 62_000 },
    reruns: [],
    artifacts: [],
    reasons: [],
    bisect: null,
  };
}
