import type { LoadPlan } from '../model/load-result.js';

/** `60 rps × 60 s` or `20 VUs × 60 s`, for summaries and boards. */
export function describeLoad(plan: LoadPlan): string {
  const offered =
    plan.script !== null ? 'own script' : plan.executor === 'constant-arrival-rate' ? `${plan.rate ?? 0} rps` : `${plan.vus} VUs`;
  return `${offered} × ${Math.round(plan.durationMs / 1000)} s`;
}

/** The whole load window: warm-up, ramp-up and the judged part. */
export function loadWindowMs(plan: LoadPlan): number {
  return plan.warmUpMs + plan.rampUpMs + plan.durationMs;
}
