import type { Confirmation, ConfirmationVerdict, LoadPlan, LoadResult } from '../../model/load-result.js';
import type { StageResult, StageVerdict } from '../../model/load-result.js';
import type { LoadStage } from '../../model/load-stages.js';
import { notAllowedKey, timeoutKey } from '../own-metrics.js';
import { judgeLoad, type JudgeContext } from '../judge/judge.js';

/** The worst of them decides: one broken stage is a broken budget, one that nobody can judge leaves the rest without proof. */
const worstFirst: readonly ConfirmationVerdict[] = ['confirmed', 'unproven', 'not-reproduced'];

/**
 * Judges a run by its plan. Each judged stage of a staged load stands against the budgets as if it were a run of its own; percentiles of the whole run,
 * which no stage had, are held against nothing.
 */
export function judgeByPlan(result: LoadResult, context: JudgeContext & { plan: LoadPlan }): Confirmation {
  const { plan } = context;
  if (plan.stages === undefined) return judgeLoad(result, context);
  const whole = judgeLoad(result, context);
  const stages = plan.stages
    .filter(({ isJudged }) => isJudged)
    .map((stage): StageVerdict => ({ name: stage.name, ...verdictOn(stage, result, context) }));
  const verdict = worstFirst.find((each) => stages.some((stage) => stage.verdict === each)) ?? 'unproven';
  const decisive = stages.filter((stage) => stage.verdict === verdict);
  return {
    ...whole,
    verdict,
    reasons: decisive.flatMap(({ name, reasons }) => reasons.map((reason) => `${name}: ${reason}`)),
    broken: [...new Set(decisive.flatMap(({ broken }) => broken))],
    stages,
  };
}

function verdictOn(stage: LoadStage, result: LoadResult, context: JudgeContext & { plan: LoadPlan }): Omit<StageVerdict, 'name'> {
  const measured = result.stages?.find(({ name }) => name === stage.name);
  if (measured === undefined) return { verdict: 'unproven', reasons: ['the load ended before this stage began'], broken: [] };
  const { verdict, reasons, broken } = judgeLoad(asRun(result, measured), { ...context, plan: asPlan(context.plan, stage, measured) });
  return { verdict, reasons, broken };
}

/** The stage as a run of its own. What k6 counts for the whole run only (exit code, thresholds, most errors by their names) is not this stage's. */
function asRun(result: LoadResult, measured: StageResult): LoadResult {
  const { durationMs, requests, requestRate, failedRatio, droppedIterations, latencyMs, slow } = measured;
  const own = { durationMs, requests, requestRate, failedRatio, droppedIterations, latencyMs, iterations: requests };
  const errors = { [timeoutKey]: slow, [notAllowedKey]: result.errors[notAllowedKey] ?? 0 };
  return { ...result, ...own, errors, exitCode: null, thresholds: [], percentiles: [], subWindows: [], stages: undefined };
}

function asPlan(plan: LoadPlan, stage: LoadStage, { offeredRate }: StageResult): LoadPlan {
  const { durationMs, from, to } = stage;
  return { ...plan, durationMs, vus: stage.model === 'closed' ? Math.max(from, to) : plan.vus, rate: offeredRate, stages: undefined };
}
