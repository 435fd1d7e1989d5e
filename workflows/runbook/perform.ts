/** One action: asks whether it has already happened, runs it, and asks again if nobody knows. */
import { CancellationScope } from '@temporalio/workflow';
import type { ActionReport, PreparedAction } from '../../activities/runbook/contract.js';
import type { Probe } from '../../core/command/runbook/runbook.js';
import { describeFailure } from '../kernel/describe-failure.js';
import { looking, performing } from './activity-options.js';
import type { Run } from './run.js';
import { orderOf, type ActionPart } from './run-context.js';

export async function prepare(run: Run, key: string, part: ActionPart, probe: Probe | null): Promise<PreparedAction> {
  const summary = `${key}: ${probe === null ? 'what will be run' : 'has it happened already?'}`;
  const order = { ...orderOf(run, key, part), probe };
  return looking(probe?.timeoutMs ?? part.timeoutMs).prepareAction.executeWithOptions({ summary }, [order]);
}

/**
 * Runs the action once. If the activity failed, timed out or lost its worker, nothing is known about the action: that is `unclear`. Throws when the run is
 * stopped.
 */
export async function perform(run: Run, key: string, part: ActionPart): Promise<ActionReport> {
  try {
    return await performing(part.timeoutMs).performAction.executeWithOptions({ summary: key }, [orderOf(run, key, part)]);
  } catch (error) {
    // A worker that shuts down also cancels its activities; only our own scope says that the run is stopped.
    if (CancellationScope.current().consideredCancelled) throw error;
    const detail = `its end is not known (${describeFailure(error)})`;
    return { verdict: 'unclear', detail, exit: null, output: '', artifact: null, tookMs: 0, isLost: true };
  }
}
