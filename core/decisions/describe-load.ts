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

const minuteMs = 60_000;
/** The longest load that a catalog may ask for, with its ramp-up. */
const longestLoadMs = 26 * 60 * minuteMs;

/**
 * After this a load that still runs is stopped: its window and two minutes for the start of k6, the last answers and the summary. How long a script
 * of the user's own runs is known to k6 alone.
 */
export function loadTimeLimitMs(plan: LoadPlan): number {
  return plan.script === null ? loadWindowMs(plan) + 2 * minuteMs : longestLoadMs;
}
