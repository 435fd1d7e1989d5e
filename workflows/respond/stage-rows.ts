import { isCancellation } from '@temporalio/workflow';
import type { StageRow } from '../../core/decisions/status-board.js';
import { describeFailure } from '../kernel/describe-failure.js';
import { publish, type IncidentState } from './incident-state.js';

/** Runs one stage with its row on the status board. `describe` says in a few words what came out. */
export async function inStage<T>(state: IncidentState, stage: string, work: () => Promise<T>, describe: (result: T) => string): Promise<T> {
  const row: StageRow = { stage, state: 'running', result: '', startedAtMs: Date.now(), endedAtMs: null };
  state.rows.push(row);
  publish(state);
  const finish = (mark: StageRow['state'], result: string): void => {
    row.state = mark;
    row.result = result;
    row.endedAtMs = Date.now();
    publish(state);
  };
  try {
    const result = await work();
    finish('done', describe(result));
    return result;
  } catch (error) {
    if (isCancellation(error)) finish('cancelled', 'stopped');
    else finish('failed', describeFailure(error));
    throw error;
  }
}

export function skipStage(state: IncidentState, stage: string, why: string): void {
  state.rows.push({ stage, state: 'skipped', result: why, startedAtMs: Date.now(), endedAtMs: null });
}
