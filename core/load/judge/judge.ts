import type { Symptom } from '../../model/incident.js';
import type { Budgets, Confirmation, ConfirmationVerdict, LoadFormat, LoadPlan, LoadResult } from '../../model/load-result.js';
import { checkBudgets, type BudgetCheck } from './budget-check.js';
import { crossedGuards, findBlockers, findDoubts, generatorSaturation } from './guards.js';
import { parseThreshold } from './threshold-expression.js';
import { checkThresholds } from './threshold-check.js';

export interface JudgeContext {
  /** May be empty: then the thresholds in the result are the budgets. */
  budgets: Budgets;
  /** Null when the run was not ours (`analyze load`). */
  plan: LoadPlan | null;
  symptom?: Symptom | null | undefined;
}

/**
 * Judges one run: exit code, numbers and guards must agree. `confirmed` names every broken budget in `broken`; `not-reproduced` is said only
 * when every budget is kept, enough was measured and no guard objects; everything else is `unproven` with what is missing.
 * Thresholds for "enough" are in `sample-size.ts`, those of the guards in `guards.ts`.
 */
export function judgeLoad(result: LoadResult, context: JudgeContext): Confirmation {
  const checks = [
    ...checkBudgets(result, context.budgets, context.plan),
    ...checkSymptom(result, context),
    ...checkThresholds(withoutOwn(result, context.budgets)),
  ];
  const broken = [...new Set(checks.filter(({ state }) => state === 'broken').map(({ id }) => id))];
  const { verdict, reasons } = decide(result, context, checks);
  return {
    verdict,
    reasons: [...new Set([...reasons, ...aboutTheRun(result)])],
    observed: {
      p50Ms: result.latencyMs.p50,
      p95Ms: result.latencyMs.p95,
      p99Ms: result.latencyMs.p99,
      meanMs: result.latencyMs.mean,
      errorRatio: result.failedRatio,
      requestRate: result.requestRate,
    },
    budget: context.budgets,
    requests: result.requests,
    requestRate: result.requestRate,
    broken: verdict === 'confirmed' ? broken : [],
  };
}

function decide(result: LoadResult, context: JudgeContext, checks: BudgetCheck[]): { verdict: ConfirmationVerdict; reasons: string[] } {
  const texts = (state: BudgetCheck['state']): string[] => checks.filter((check) => check.state === state).map(({ text }) => text);
  const blockers = findBlockers(result, context.symptom?.metric === 'error-ratio');
  if (checks.length === 0) {
    const why = hasThresholds(result.format) ? 'the run has no thresholds' : `a result of the form ${result.format} holds no thresholds`;
    blockers.push(`there is no budget to judge by: ${why}; give one, e.g. --budget p95=250ms`);
  }
  if (blockers.length > 0) return { verdict: 'unproven', reasons: [...blockers, ...crossedGuards(result)] };

  const doubts = findDoubts(result, context.plan, strictestShare(result, context));
  const broken = checks.filter(({ state }) => state === 'broken');
  if (broken.length > 0) {
    const saturation = generatorSaturation(result);
    const isOwnFault = saturation !== null && broken.every(({ id }) => id !== 'error-ratio');
    if (isOwnFault) return { verdict: 'unproven', reasons: [saturation, ...texts('broken')] };
    return { verdict: 'confirmed', reasons: [...texts('broken'), ...otherThanReported(context, broken), ...doubts] };
  }
  if (texts('unknown').length > 0 || doubts.length > 0)
    return { verdict: 'unproven', reasons: [...texts('unknown'), ...doubts, ...budgetForErrors(result, context)] };
  return { verdict: 'not-reproduced', reasons: texts('kept') };
}

/** What the verdict rests on, where that is not what one expects. */
function aboutTheRun({ requests, insteadOfHttp, notes }: LoadResult): string[] {
  const other = requests === 0 && typeof insteadOfHttp === 'string';
  return [...(other ? [`no HTTP request in this run (${insteadOfHttp}); its own thresholds are judged`] : []), ...(notes ?? [])];
}

function hasThresholds(format: LoadFormat): boolean {
  return ['handle-summary', 'summary-export', 'k6-json', 'k6-text'].includes(format);
}

/** Failures that no budget judges hide the latency for ever; the way out is a budget for them. */
function budgetForErrors(result: LoadResult, context: JudgeContext): string[] {
  const share = strictestShare(result, context);
  if (share === null || result.failedRatio <= share || context.budgets.errorRatio !== undefined) return [];
  return [
    'no budget says how many requests may fail: set budgets.errorRatio of the endpoint, or give --budget errors=1%, and run it again',
  ];
}

/** Thresholds of our own script repeat the budgets; they would be judged twice. */
function withoutOwn(result: LoadResult, budgets: Budgets): LoadResult {
  if (Object.values(budgets).every((limit) => limit === undefined)) return result;
  return { ...result, thresholds: result.thresholds.filter(({ metric }) => !metric.includes('phase:measure')) };
}

/** Of the judged percentiles the one that tolerates the fewest: beyond this share, failures could hide a break. */
function strictestShare(result: LoadResult, { budgets, symptom }: JudgeContext): number | null {
  const judged: number[] = [];
  if (budgets.p50Ms !== undefined || symptom?.metric === 'p50') judged.push(0.5);
  if (budgets.p95Ms !== undefined || symptom?.metric === 'p95') judged.push(0.95);
  if (budgets.p99Ms !== undefined || symptom?.metric === 'p99') judged.push(0.99);
  for (const { metric, expression } of result.thresholds) {
    const quantile = metric.startsWith('http_req_duration') ? parseThreshold(expression)?.quantile : null;
    if (quantile !== null && quantile !== undefined) judged.push(quantile);
  }
  return judged.length === 0 ? null : 1 - Math.max(...judged);
}

/** Without a budget for it, a reported symptom counts as seen again from 80 % of its value, as gone below half; in between nobody knows. */
function checkSymptom(result: LoadResult, { budgets, plan, symptom }: JudgeContext): BudgetCheck[] {
  if (symptom === undefined || symptom === null || budgets[budgetKey(symptom)] !== undefined) return [];
  const isRate = symptom.metric === 'request-rate';
  const seen = { [budgetKey(symptom)]: symptom.value * (isRate ? 1.25 : 0.8) };
  const gone = { [budgetKey(symptom)]: symptom.value * (isRate ? 2 : 0.5) };
  const checks = checkBudgets(result, seen, plan);
  if (checks.some(({ state }) => state !== 'kept') || checkBudgets(result, gone, plan).every(({ state }) => state === 'kept'))
    return checks;
  return checks.map(({ id }) => ({
    id,
    state: 'unknown',
    text: `${symptom.text} was reported, less was observed, and no budget says whether that is too much; give one, e.g. --budget p95=250ms`,
  }));
}

function budgetKey(symptom: Symptom): keyof Budgets {
  switch (symptom.metric) {
    case 'p50':
      return 'p50Ms';
    case 'p95':
      return 'p95Ms';
    case 'p99':
      return 'p99Ms';
    case 'error-ratio':
      return 'errorRatio';
    case 'request-rate':
      return 'minRequestRate';
  }
}

function otherThanReported({ symptom }: JudgeContext, broken: BudgetCheck[]): string[] {
  if (symptom === undefined || symptom === null || broken.some(({ id }) => id === symptom.metric)) return [];
  return [`${symptom.text} was reported and is not what is broken now`];
}
