/** Declares an incident: its number from the registry, which starts with its first request, then the incident itself. */
import { WithStartWorkflowOperation, type Client, type UpdateDefinition } from '@temporalio/client';
import type { Declaration } from '../../core/command/incident/command-state.js';
import type { Allocated, AllocateRequest } from '../../core/command/incident/registry.js';

/** Names of the workflows, which adapters do not import. */
export interface RegistryPlace {
  allocate: UpdateDefinition<Allocated, [AllocateRequest]>;
  registryWorkflowId: string;
  taskQueue: string;
}

export type DeclarationOrder = Omit<Declaration, 'incidentId' | 'declaredAt'> & Pick<AllocateRequest, 'key' | 'mayAttach'>;

/** An incident that is declared twice by one key starts once. Attached: an open incident of one of the services is meant, and nothing was started. */
export async function declareIncident(client: Client, place: RegistryPlace, order: DeclarationOrder): Promise<Allocated> {
  const { key, mayAttach, ...declared } = order;
  const { registryWorkflowId: workflowId, taskQueue, allocate } = place;
  const startWorkflowOperation = new WithStartWorkflowOperation('incidentRegistry', {
    workflowId,
    taskQueue,
    args: [],
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: 'numbers incidents, knows which are open',
  });
  const ask: AllocateRequest = { key, services: declared.services, mayAttach };
  const allocated = await client.workflow.executeUpdateWithStart(allocate, {
    args: [ask],
    updateId: key,
    startWorkflowOperation,
  });
  if (allocated.isAttached) return allocated;
  const { incidentId } = allocated;
  const declaration: Declaration = { ...declared, incidentId, declaredAt: new Date().toISOString() };
  await client.workflow.start('commandIncident', {
    workflowId: incidentId,
    taskQueue,
    args: [{ declaration }],
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: `${incidentId} ${declared.services.join(', ')}`.slice(0, 180),
  });
  return allocated;
}
