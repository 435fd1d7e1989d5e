import type { Budgets, LoadPlan } from '../model/load-result.js';

/** How a plan becomes k6 options. Times are milliseconds. */
export interface ScriptTiming {
  /** Ramp-up and warm-up: loaded, not judged. */
  leadMs: number;
  measureMs: number;
  windows: number;
  /** After this a request counts as not answered. Long, so that a slow service is measured rather than cut off. */
  requestTimeoutMs: number;
  /** How long the last requests may still be answered: at least twice the largest latency budget, so that a cut one is over it. */
  gracefulStopMs: number;
}

const slowestExpectedMs = 500;

export function scriptTiming(plan: LoadPlan, budgets: Budgets): ScriptTiming {
  const largestMs = largestBudgetMs(budgets);
  return {
    leadMs: plan.rampUpMs + plan.warmUpMs,
    measureMs: plan.durationMs,
    // One per 6 s: the more, the better the spread is known, but each needs enough requests for a percentile.
    windows: clamp(Math.round(plan.durationMs / 6_000), 6, 12),
    requestTimeoutMs: clamp(20 * largestMs, 15_000, 60_000),
    gracefulStopMs: clamp(2 * largestMs, 3_000, 30_000),
  };
}

/**
 * One scenario for the whole run: the judged part begins in the middle of a running load, so there is no gap, no second set of users and no
 * wave of new connections between warm-up and measurement.
 */
export function scenario(plan: LoadPlan, timing: ScriptTiming, budgets: Budgets): Record<string, unknown> {
  const holdMs = plan.warmUpMs + plan.durationMs;
  const gracefulStop = `${timing.gracefulStopMs}ms`;
  if (plan.rate !== null) {
    const { rate, timeUnit } = wholeRate(plan.rate);
    const users = arrivalUsers(plan, plan.rate, budgets);
    if (plan.rampUpMs === 0) return { executor: 'constant-arrival-rate', rate, timeUnit, duration: `${holdMs}ms`, ...users, gracefulStop };
    return {
      executor: 'ramping-arrival-rate',
      startRate: 0,
      timeUnit,
      stages: stages(plan.rampUpMs, holdMs, rate),
      ...users,
      gracefulStop,
    };
  }
  if (plan.rampUpMs === 0) return { executor: 'constant-vus', vus: plan.vus, duration: `${holdMs}ms`, gracefulStop };
  return {
    executor: 'ramping-vus',
    startVUs: Math.min(1, plan.vus),
    stages: stages(plan.rampUpMs, holdMs, plan.vus),
    gracefulStop,
    gracefulRampDown: gracefulStop,
  };
}

function stages(rampUpMs: number, holdMs: number, target: number): { duration: string; target: number }[] {
  return [
    { duration: `${rampUpMs}ms`, target },
    { duration: `${holdMs}ms`, target },
  ];
}

/** k6 wants a whole number of iterations per time unit. */
function wholeRate(rate: number): { rate: number; timeUnit: string } {
  return Number.isInteger(rate) ? { rate, timeUnit: '1s' } : { rate: Math.max(1, Math.round(rate * 100)), timeUnit: '100s' };
}

/** Little's law with half as much again: k6 adds users one at a time and drops the iteration that waited for one. */
export function arrivalUsers(plan: LoadPlan, rate: number, budgets: Budgets): { preAllocatedVUs: number; maxVUs: number } {
  const expectedMs = Math.max(slowestExpectedMs, 2 * largestBudgetMs(budgets));
  const wanted = Math.max(plan.vus, Math.ceil((rate * expectedMs * 1.5) / 1000), 1);
  const maxVUs = plan.maxVus ?? Math.max(wanted, Math.min(2_000, Math.ceil(rate * 10)));
  return { preAllocatedVUs: Math.min(wanted, maxVUs), maxVUs };
}

function largestBudgetMs({ p50Ms, p95Ms, p99Ms }: Budgets): number {
  return Math.max(0, p50Ms ?? 0, p95Ms ?? 0, p99Ms ?? 0);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
