/** One load, from its order until k6 is gone and its files are stored. */
import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import type { HeldLoad, LoadRequest, LoadRun, LoadStarted } from '../../activities/contract.js';
import { describeLoad } from '../../core/decisions/load/describe-load.js';
import type { MeasuredLoad } from '../../core/model/comparison.js';
import { loading, storing } from './activity-options.js';
import { inStage } from './board.js';
import type { Kernel } from './context.js';
import { describeFailure, failureType } from './describe-failure.js';

export interface LoadOrder extends Omit<LoadRequest, 'announce'> {
  /** Row of the status board. */
  stage: string;
  /** Stands before `60 rps × 60 s vs shop/orders` in the timeline of the Web UI. */
  title: string;
  /** 1 is first, 5 last, among those that wait for the same host. */
  priority: number;
  /** True when nobody wants the load any more: it is stopped. */
  isUnwanted: () => boolean;
}

/** Every way in which a load can end. Cancelling the workflow is not one of them: that throws, after k6 is gone. */
export type LoadEnding = { kind: 'held'; run: LoadRun } | NoLoad;

/** `refused`: it can never work as it was asked for. `failed`: the load could not be held. `stopped`: nobody wanted it any more. */
export type NoLoad = { kind: 'refused'; reason: string } | { kind: 'failed'; reason: string } | { kind: 'stopped'; reason: string };

/** The part of a run that is compared. It is small because the history of every comparison contains it. */
export function measuredLoad({ load, startedAt }: LoadRun): MeasuredLoad {
  return { load, startedAt };
}

function describeRun({ confirmation }: HeldLoad): string {
  const { p95Ms } = confirmation.observed;
  const latency = p95Ms === null ? '' : `, p95 ${Math.round(p95Ms)} ms`;
  return `${confirmation.verdict}${latency}, ${confirmation.requests} requests`;
}

/**
 * Holds the load once and returns when k6 is gone. `onStarted` is called for each start of k6: once, and again when a crash made it start anew. Null when
 * nobody needs to know.
 */
export async function holdLoad(kernel: Kernel, order: LoadOrder, onStarted: ((started: LoadStarted) => void) | null): Promise<LoadEnding> {
  const ended: (HeldLoad | NoLoad)[] = [];
  const isOver = (): boolean => ended.length > 0 || order.isUnwanted();
  const scope = new CancellationScope();
  const done = scope
    .run(() => runActivity(kernel, order, onStarted !== null))
    .then(
      (held) => void ended.push(held),
      (error: unknown) => void ended.push(noLoad(error)),
    );
  try {
    await follow(kernel, order.key, isOver, onStarted);
  } catch (error) {
    if (isCancellation(error)) await CancellationScope.nonCancellable(() => done);
    throw error;
  } finally {
    kernel.loadStarts.delete(order.key);
  }
  if (ended.length === 0) {
    scope.cancel();
    await done;
    return { kind: 'stopped', reason: 'nobody wanted the load any more' };
  }
  const [ending] = ended;
  if (ending === undefined || 'kind' in ending) return ending ?? { kind: 'failed', reason: 'the load left no answer' };
  return { kind: 'held', run: await storeRun(kernel, order, ending) };
}

function runActivity(kernel: Kernel, order: LoadOrder, announce: boolean): Promise<HeldLoad> {
  const { stage, title, priority, key, artifactPrefix, endpoint, plan, budgets, symptom } = order;
  const request: LoadRequest = { key, artifactPrefix, endpoint, plan, budgets, symptom, announce };
  const summary = `${title} ${describeLoad(plan)} vs ${endpoint}`;
  return inStage(kernel, stage, () => loading(priority).runLoad.executeWithOptions({ summary }, [request]), describeRun);
}

function noLoad(error: unknown): NoLoad {
  const isRefused = ['UnreadableInputError', 'RefusedError'].includes(failureType(error) ?? '');
  const reason = describeFailure(error);
  return isRefused ? { kind: 'refused', reason } : { kind: 'failed', reason };
}

/** Passes on every start of k6 until the run is over. Throws when the workflow is cancelled. */
async function follow(
  { loadStarts }: Kernel,
  key: string,
  isOver: () => boolean,
  onStarted: ((started: LoadStarted) => void) | null,
): Promise<void> {
  let seenAttempt = 0;
  const fresh = (): LoadStarted | null => {
    const started = onStarted === null ? undefined : loadStarts.get(key);
    return started !== undefined && started.attempt > seenAttempt ? started : null;
  };
  while (!isOver()) {
    await condition(() => isOver() || fresh() !== null);
    const started = fresh();
    if (started === null) continue;
    seenAttempt = started.attempt;
    onStarted?.(started);
  }
}

/** The numbers are in the history by now. If the files cannot be stored, they are lost; a service in trouble is not loaded a second time for them. */
async function storeRun(kernel: Kernel, order: LoadOrder, { kept, ...held }: HeldLoad): Promise<LoadRun> {
  const { artifactPrefix, stage } = order;
  if (kept === null) return { ...held, artifacts: [] };
  try {
    const summary = `store what ${stage} left on ${kept.host}`;
    const artifacts = await storing(kept.host).storeLoad.executeWithOptions({ summary }, [
      { folder: kept.folder, files: kept.files, artifactPrefix },
    ]);
    return { ...held, artifacts };
  } catch (error) {
    if (isCancellation(error)) throw error;
    kernel.record({ kind: 'reason', text: `the files of the load were not stored (${describeFailure(error)}); its numbers are kept` });
    return { ...held, artifacts: [] };
  }
}
