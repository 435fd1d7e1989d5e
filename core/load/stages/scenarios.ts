import type { Budgets, LoadPlan } from '../../model/load-result.js';
import type { LoadStage } from '../../model/load-stages.js';
import { arrivalUsers, type ScriptTiming } from '../script-plan.js';
import { lanesOf, type Lane } from './lanes.js';

/** k6 wants whole numbers of iterations for each time unit; hundredths of a request per second are the finest that a plan may ask for. */
const openUnit = { factor: 100, timeUnit: '100s' };

/** The scenarios of a plan with stages, by their names. */
export function stagedScenarios(
  plan: LoadPlan,
  stages: readonly LoadStage[],
  timing: ScriptTiming,
  budgets: Budgets,
): Record<string, unknown> {
  const scenarios = lanesOf(stages, plan.warmUpMs).map((lane) => [lane.name, scenarioOf(lane, plan, timing, budgets)] as const);
  return Object.fromEntries(scenarios);
}

function scenarioOf(lane: Lane, plan: LoadPlan, timing: ScriptTiming, budgets: Budgets): Record<string, unknown> {
  const gracefulStop = `${timing.gracefulStopMs}ms`;
  const begin = lane.stages[0]?.from ?? 0;
  const common = { startTime: `${lane.startMs}ms`, gracefulStop };
  if (!lane.isOpen) {
    return { executor: 'ramping-vus', startVUs: begin, stages: steps(lane, 1), gracefulRampDown: gracefulStop, ...common };
  }
  const peak = Math.max(...lane.stages.flatMap(({ from, to }) => [from, to]));
  return {
    executor: 'ramping-arrival-rate',
    startRate: Math.round(begin * openUnit.factor),
    timeUnit: openUnit.timeUnit,
    stages: steps(lane, openUnit.factor),
    ...arrivalUsers(plan, peak, budgets),
    ...common,
  };
}

/** A step of no duration is a jump, where a stage does not begin at the level at which the one before ended. */
function steps({ leadMs, stages }: Lane, factor: number): { duration: string; target: number }[] {
  const step = (durationMs: number, level: number): { duration: string; target: number } => ({
    duration: `${durationMs}ms`,
    target: Math.round(level * factor),
  });
  const warmUp = leadMs > 0 && stages[0] !== undefined ? [step(leadMs, stages[0].from)] : [];
  const held = stages.flatMap((stage, index) => {
    const isJump = index > 0 && stages[index - 1]?.to !== stage.from;
    return [...(isJump ? [step(0, stage.from)] : []), step(stage.durationMs, stage.to)];
  });
  return [...warmUp, ...held];
}
