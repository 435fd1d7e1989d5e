/** One workflow that numbers incidents and knows which are open: a single writer, so that two alerts of one outage never open two incidents. */
import { allHandlersFinished, condition, continueAsNew, workflowInfo } from '@temporalio/workflow';
import { allocate, claim, emptyRegistry, release, type RegistryState } from '../../../core/command/incident/registry.js';
import { carried } from '../../../core/decisions/read-message.js';
import { onSignal, onUpdate, readStart } from '../../kernel/on-message.js';
import { allocateUpdate, claimSignal, releaseSignal } from '../messages.js';
import { readAllocation, readClaim, readIncidentRef } from '../read-messages.js';

const readRegistry = carried<RegistryState>(['day', 'lastNumber', 'answered', 'open']);

/** Of a signal that cannot be read nothing is kept: the registry has no readers. */
const deaf = { record: () => undefined };

/** Runs for ever: the update `allocate` gives numbers; `release` and `claim` say which services are free or taken. */
export async function incidentRegistry(given?: RegistryState | null): Promise<void> {
  let state = given === undefined || given === null ? emptyRegistry : readStart(readRegistry, given);
  onUpdate(
    allocateUpdate,
    readAllocation,
    () => null,
    (request) => {
      const answer = allocate(state, request, Date.now());
      state = answer.state;
      return answer.allocated;
    },
    { description: 'A number for an incident, or the open one of the same services' },
  );
  onSignal(deaf, releaseSignal, readIncidentRef, ({ incidentId }) => void (state = release(state, incidentId)), {
    description: 'The incident is over; its services are free',
  });
  onSignal(deaf, claimSignal, readClaim, ({ incidentId, services }) => void (state = claim(state, incidentId, services)), {
    description: 'The incident is open again',
  });
  await condition(() => workflowInfo().continueAsNewSuggested && allHandlersFinished());
  await continueAsNew<typeof incidentRegistry>(state);
}
