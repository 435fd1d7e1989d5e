import type { RuleContext } from './rule.js';

/** A CPU that is used to nine tenths already queues for nine times the service time (M/M/1): an offered load above that does not fit. */
const fullUse = 0.9;

/**
 * Would the load fit into the CPUs that serve it, if nobody else were there and `demandPart` (0..1) of what a request burns now remained? An open load must
 * leave a tenth of the CPUs free; with a closed one all users together must be served within the budget. Unknown demands and budgets fit.
 */
export function wouldFit({ facts, input }: RuleContext, demandPart = 1): boolean {
  const { cpu } = facts;
  if (cpu === null) return true;
  const demandMs = cpu.perRequestMs * demandPart;
  const { plan, budgets } = input;
  if (plan.rate !== null) return (plan.rate * demandMs) / 1000 <= fullUse * cpu.servingCores;
  const budgetMs = budgets.p95Ms ?? budgets.p99Ms ?? budgets.p50Ms;
  return budgetMs === undefined || (plan.vus * demandMs) / cpu.servingCores <= budgetMs;
}
