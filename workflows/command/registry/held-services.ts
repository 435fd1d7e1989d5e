/** The registry knows which services have an open incident, so that the next alert of one attaches to it. */
import { condition, getExternalWorkflowHandle } from '@temporalio/workflow';
import { isOpen } from '../../../core/command/incident/incident-status.js';
import type { CommandRun } from '../command-run.js';
import { registryWorkflowId } from './incident-ids.js';
import { claimSignal, releaseSignal } from '../messages.js';

/** Services that belong to this incident and to no other now; none when it is over. */
function held({ state }: CommandRun): string {
  return isOpen(state.status) ? state.affected.join('\n') : '';
}

export async function holdServices(run: CommandRun): Promise<void> {
  const { incidentId } = run.state.declaration;
  const registry = getExternalWorkflowHandle(registryWorkflowId);
  for (;;) {
    await condition(() => run.isLeaving || held(run) !== run.registered);
    if (held(run) !== run.registered) {
      const now = held(run);
      const services = run.state.affected;
      // Without a registry there is nothing to release: the incident was started by hand.
      if (now !== '') await registry.signal(claimSignal, { incidentId, services }).catch(() => undefined);
      else await registry.signal(releaseSignal, { incidentId }).catch(() => undefined);
      run.registered = now;
    }
    if (run.isLeaving) return;
  }
}

/**
 * Returns when the registry knows that the incident is over, so that the next alert is not taken for this incident. When the history continues as new, its
 * next run tells the registry.
 */
export async function registryKnows(run: CommandRun): Promise<void> {
  await condition(() => run.isLeaving || held(run) === run.registered);
}
