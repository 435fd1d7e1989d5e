/** A duplicate continues in another incident: its triages and services move there, its own ladders stop. */
import { condition, getExternalWorkflowHandle } from '@temporalio/workflow';
import { describeFailure } from '../../kernel/describe-failure.js';
import { note, type CommandRun } from '../command-run.js';
import { attachTriageSignal, takeOverSignal } from '../messages.js';

export async function handOver(run: CommandRun): Promise<void> {
  const { state } = run;
  await condition(() => run.isLeaving || state.mergedInto !== null);
  if (state.mergedInto === null) return;
  const other = getExternalWorkflowHandle(state.mergedInto);
  try {
    await other.signal(takeOverSignal, { incidentId: state.declaration.incidentId, services: state.affected });
    for (const { workflowId, incidentId, endpoint } of state.triages)
      await other.signal(attachTriageSignal, { workflowId, incidentId, endpoint });
  } catch (error) {
    note(run, { kind: 'merged', text: `${state.mergedInto} was not told: ${describeFailure(error)}`.slice(0, 200) });
  }
}

/** The other side of a merge. */
export function takeOver(run: CommandRun, { incidentId, services }: { incidentId: string; services: readonly string[] }): void {
  const { state } = run;
  state.affected = [...new Set([...state.affected, ...services])];
  note(run, { kind: 'merged', text: `${incidentId} is the same incident and goes on here`, pinned: true, data: { from: incidentId } });
}
