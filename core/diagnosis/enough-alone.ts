import type { Cause } from '../model/cause.js';
import type { MissingEvidence } from '../model/observation.js';
import { limitMs } from '../model/figures.js';
import { ms, percent } from './figures.js';
import type { RuleContext } from './rule.js';

interface Capped {
  causes: Cause[];
  /** What would settle the rest. It comes first, because without it nobody knows whether the cause is the right one. */
  missing: MissingEvidence[];
}

/**
 * A cause is not *the* cause if the budget stays broken without it. If, even at light load, the mean of what is left exceeds the budget of the slowest
 * requests, the cause explains at most (now − left) ÷ (now − budget) of the excess, and its confidence is multiplied by that part. Several causes are not
 * judged this way, because removing one leaves the others.
 */
export function capByBudget(causes: readonly Cause[], { input }: Pick<RuleContext, 'input'>, others: readonly MissingEvidence[]): Capped {
  const [cause, ...more] = causes;
  // A mean hardly ever exceeds the p95, so a mean above its budget breaks that budget. Nothing of the kind holds for a median.
  const budgetMs = input.budgets.p95Ms ?? input.budgets.p99Ms;
  const forecast = cause?.remedy.forecast;
  if (cause === undefined || more.length > 0 || budgetMs === undefined || forecast === undefined)
    return { causes: [...causes], missing: [] };
  const { nowMs, lowMs } = forecast;
  if (lowMs <= budgetMs || nowMs <= budgetMs) return { causes: [...causes], missing: [] };
  const part = (nowMs - lowMs) / (nowMs - budgetMs);
  return {
    causes: [{ ...cause, confidence: cause.confidence * part }],
    missing: [
      {
        id: 'rest-over-budget',
        what: `what takes ${ms(lowMs)} or more of a request once ${cause.id} is gone`,
        why: `the budget is ${limitMs(budgetMs)}: ${cause.id} explains at most ${percent(part)} of what is over it, and its confidence is lowered to that part`,
        remedy: settles(others[0]),
      },
    ],
  };
}

function settles(next: MissingEvidence | undefined): string {
  return next === undefined
    ? 'Take this cause away and run the confirmation again: what is left is measured alone then.'
    : `First get ${next.what}: ${next.remedy}`;
}
