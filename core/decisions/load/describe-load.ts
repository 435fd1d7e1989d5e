import type { LoadPlan } from '../../model/load-result.js';

/** `60 rps × 60 s`, `20 VUs × 60 s` or `3 stages, at most 90 rps × 60 s`, for summaries and boards. */
export function describeLoad(plan: LoadPlan): string {
  return `${offered(plan)} × ${Math.round(plan.durationMs / 1000)} s`;
}

function offered({ script, stages, rate, vus }: LoadPlan): string {
  if (script !== null) return 'own script';
  if (stages === undefined) return rate === null ? `${vus} VUs` : `${rate} rps`;
  const most = Math.max(...stages.flatMap(({ from, to }) => [from, to]));
  return `${stages.length} stages, at most ${most} ${stages.every(({ model }) => model === 'open') ? 'rps' : 'rps or VUs'}`;
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
