import type { RuleContext } from './rule.js';

/** A CPU that is nine tenths in use already makes requests queue for nine service times (M/M/1), so an offered load above that does not fit. */
const fullUse = 0.9;

/**
 * Would the load fit into the CPUs that serve it, if nobody else were there and only `demandPart` (0..1) of what a request now uses remained? An open load
 * must leave a tenth of the CPUs free; under a closed load all users together must be served within the budget. Unknown demands and budgets fit.
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
