/** Holds the same load again, as often as wanted, and compares it with the earlier runs. */
import { isCancellation } from '@temporalio/workflow';
import type { LoadRun } from '../../activities/contract.js';
import { describeRatio } from '../../core/decisions/describe-ratio.js';
import type { MeasuredLoad } from '../../core/model/comparison.js';
import type { Rerun } from '../../core/model/rerun.js';
import { light } from './activity-options.js';
import { inStage } from './board.js';
import type { Kernel } from './context.js';
import { describeFailure } from './describe-failure.js';
import { holdLoad, measuredLoad, type LoadOrder, type NoLoad } from './hold-load.js';

export type Comparison = Omit<Rerun, 'outcome' | 'at'>;

/** Every way in which a verification can end. `runs` is valid even if no comparison could be made. */
export type Verification =
  | { kind: 'compared'; runs: [LoadRun, ...LoadRun[]]; comparison: Comparison }
  | { kind: 'not-compared'; runs: [LoadRun, ...LoadRun[]]; reason: string }
  | (NoLoad & { runs: LoadRun[]; startedAt: string });

export interface VerifyOrder {
  /** The order of each run, counted from 1: its key and prefix must differ. */
  orderOf: (index: number) => LoadOrder;
  runs: number;
  /** What is compared, given the new runs: all runs of each side. */
  sides: (runs: readonly MeasuredLoad[]) => { before: MeasuredLoad[]; after: MeasuredLoad[] };
  /** Row of the comparison on the status board. */
  stage: string;
  /** Called before each run, and after it unless it was the last. */
  onRun?: (index: number) => void;
  onHeld?: (run: LoadRun, isLast: boolean) => void;
}

export function describeComparison({ verdict, ratio, withinBudget, backToBaseline }: Comparison): string {
  const times = ratio === null ? '' : `, p95 × ${describeRatio(ratio)}`;
  const baseline = backToBaseline === null ? '' : `, ${backToBaseline ? 'back to' : 'not back to'} the baseline`;
  return `${verdict}${times}, ${withinBudget ? 'within' : 'outside'} the budget${baseline}`;
}

/** Holds the loads one after the other. If one cannot be held, the series ends and proves nothing. Throws only if cancelled. */
export async function verify(kernel: Kernel, order: VerifyOrder): Promise<Verification> {
  const runs: LoadRun[] = [];
  for (let index = 1; index <= order.runs; index += 1) {
    order.onRun?.(index);
    const startedAt = new Date(Date.now()).toISOString();
    const ending = await holdLoad(kernel, order.orderOf(index), null);
    if (ending.kind !== 'held') return { ...ending, runs, startedAt };
    runs.push(ending.run);
    order.onHeld?.(ending.run, index === order.runs);
  }
  const [first, ...more] = runs;
  if (first === undefined) return { kind: 'failed', reason: 'no run was asked for', runs, startedAt: new Date(Date.now()).toISOString() };
  return compare(kernel, order, [first, ...more]);
}

async function compare(kernel: Kernel, { orderOf, sides, stage }: VerifyOrder, runs: [LoadRun, ...LoadRun[]]): Promise<Verification> {
  const { endpoint, plan, budgets } = orderOf(1);
  // Runs that prove nothing would blur the comparison; they are used only if there are no others.
  const proven = runs.filter(({ confirmation }) => confirmation.verdict !== 'unproven');
  const { before, after } = sides((proven.length > 0 ? proven : runs).map(measuredLoad));
  const summary = `${stage}: ${after.length} against ${before.length} runs`;
  const work = (): Promise<Comparison> => light.compareRuns.executeWithOptions({ summary }, [{ endpoint, plan, budgets, before, after }]);
  try {
    return { kind: 'compared', runs, comparison: await inStage(kernel, stage, work, describeComparison) };
  } catch (error) {
    if (isCancellation(error)) throw error;
    return { kind: 'not-compared', runs, reason: describeFailure(error) };
  }
}
