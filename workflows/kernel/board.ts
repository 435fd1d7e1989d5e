/** Stages: what the status board of the Web UI shows, recorded as events. */
import { isCancellation } from '@temporalio/workflow';
import type { Kernel } from './context.js';
import { describeFailure } from './describe-failure.js';

/** Runs one stage with its events. `describe` summarises the result in a few words. */
export async function inStage<T>(
  { record }: Pick<Kernel, 'record'>,
  stage: string,
  work: () => Promise<T>,
  describe: (result: T) => string,
): Promise<T> {
  const stageId = record({ kind: 'stage-started', stage, text: `${stage} began` });
  try {
    const result = await work();
    record({ kind: 'stage-ended', stage, stageId, state: 'done', text: describe(result) });
    return result;
  } catch (error) {
    if (isCancellation(error)) record({ kind: 'stage-ended', stage, stageId, state: 'cancelled', text: 'stopped' });
    else record({ kind: 'stage-ended', stage, stageId, state: 'failed', text: describeFailure(error) });
    throw error;
  }
}

export function skipStage({ record }: Pick<Kernel, 'record'>, stage: string, why: string): void {
  record({ kind: 'stage-skipped', stage, text: why });
}
