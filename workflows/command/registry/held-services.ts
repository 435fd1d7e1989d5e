/** The registry knows which services have an open incident, so that the next alert of one attaches to it. */
import { condition, getExternalWorkflowHandle } from '@temporalio/workflow';
import { isOpen } from '../../../core/command/incident/incident-status.js';
import type { CommandRun } from '../command-run.js';
import { registryWorkflowId } from './incident-ids.js';
import { claimSignal, releaseSignal } from '../messages.js';

/** Services that belong to this incident and no other now; none once it is over. */
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
      // Without a registry there is nothing to free: the incident was started by hand.
      if (now !== '') await registry.signal(claimSignal, { incidentId, services }).catch(() => undefined);
      else await registry.signal(releaseSignal, { incidentId }).catch(() => undefined);
      run.registered = now;
    }
    if (run.isLeaving) return;
  }
}

/** Whoever hears that an incident is over may declare the next one at once, and it is not taken for this one. What leaves is told by its next run. */
export async function registryKnows(run: CommandRun): Promise<void> {
  await condition(() => run.isLeaving || held(run) === run.registered);
}
