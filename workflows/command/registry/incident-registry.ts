/** One workflow numbers incidents and knows which are open. As the only writer it makes sure that two alerts of one outage never open two incidents. */
import { allHandlersFinished, condition, continueAsNew, workflowInfo } from '@temporalio/workflow';
import { allocate, claim, emptyRegistry, release, type RegistryState } from '../../../core/command/incident/registry.js';
import { carried } from '../../../core/decisions/read-message.js';
import { onSignal, onUpdate, readStart } from '../../kernel/on-message.js';
import { allocateUpdate, claimSignal, releaseSignal } from '../messages.js';
import { lookAfterOpen, type Registry } from './lost-incidents.js';
import { readAllocation, readClaim, readIncidentRef } from '../read-messages.js';

const readRegistry = carried<RegistryState>(['day', 'lastNumber', 'answered', 'open']);

/** Unreadable signals are not recorded: the registry has no readers. */
const deaf = { record: () => undefined };

/** Runs for ever. The update `allocate` gives numbers; `release` and `claim` say which services are free or taken. */
export async function incidentRegistry(given?: RegistryState | null): Promise<void> {
  const state = given === undefined || given === null ? emptyRegistry : readStart(readRegistry, given);
  const registry: Registry = { state, isLeaving: false, telling: 0 };
  onUpdate(
    allocateUpdate,
    readAllocation,
    () => null,
    (request) => {
      const answer = allocate(registry.state, request, Date.now());
      registry.state = answer.state;
      return answer.allocated;
    },
    { description: 'A number for an incident, or the open one of the same services' },
  );
  onSignal(deaf, releaseSignal, readIncidentRef, ({ incidentId }) => void (registry.state = release(registry.state, incidentId)), {
    description: 'The incident is over; its services are free',
  });
  onSignal(
    deaf,
    claimSignal,
    readClaim,
    ({ incidentId, services }) => void (registry.state = claim(registry.state, incidentId, services)),
    {
      description: 'The incident is open again',
    },
  );
  const looking = lookAfterOpen(registry);
  await condition(() => workflowInfo().continueAsNewSuggested);
  registry.isLeaving = true;
  await looking;
  await condition(() => registry.telling === 0 && allHandlersFinished());
  await continueAsNew<typeof incidentRegistry>(registry.state);
}
