import type { Budgets, LoadPlan } from '../model/load-result.js';

/** Steady state that one measurement needs: longer runs buy less than more runs, since the spread between runs dominates. */
const longestRunMs = 20_000;
const warmUpMs = 2_000;
const longestWarmUpMs = 5_000;

/**
 * The load of every measurement: the catalog's, as a fixed arrival rate. A closed loop would send less to a slower commit and so hide part of
 * the regression; its users become the rate that half of them would reach at the budget, which a healthy service holds easily.
 */
export function bisectLoad(plan: LoadPlan, budgets: Budgets): LoadPlan {
  const budgetMs = budgets.p95Ms ?? budgets.p50Ms ?? budgets.p99Ms ?? 1000;
  const rate = plan.rate ?? Math.min(200, Math.max(1, (plan.vus * 0.5 * 1000) / budgetMs));
  const durationMs = Math.min(plan.durationMs, longestRunMs);
  return {
    ...plan,
    executor: 'constant-arrival-rate',
    rate: Math.round(rate * 10) / 10,
    durationMs,
    rampUpMs: 0,
    // Whoever asks for runs of a second wants many of them: a warm-up twice as long would buy nothing.
    warmUpMs: Math.max(Math.min(warmUpMs, durationMs), Math.min(plan.warmUpMs, longestWarmUpMs)),
    maxVus: Math.max(plan.maxVus ?? 0, plan.vus, 100),
    script: null,
    // An aborted run is a truncated one: its latency would be judged on whatever came first.
    stopAtErrorRatio: null,
    stages: undefined,
  };
}
