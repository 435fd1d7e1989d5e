/** Declares an incident: its number from the registry, which starts with its first request, then the incident itself. */
import { WithStartWorkflowOperation, type Client, type SignalDefinition, type UpdateDefinition } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import type { Declaration } from '../../core/command/incident/command-state.js';
import type { Allocated, AllocateRequest } from '../../core/command/incident/registry.js';
import { lossOf } from './lost-workflow.js';

/** Names of the workflows, which adapters do not import. */
export interface RegistryPlace {
  allocate: UpdateDefinition<Allocated, [AllocateRequest]>;
  release: SignalDefinition<[{ incidentId: string }]>;
  registryWorkflowId: string;
  taskQueue: string;
}

export type DeclarationOrder = Omit<Declaration, 'incidentId' | 'declaredAt'> & Pick<AllocateRequest, 'key' | 'mayAttach'>;

/** An incident that is declared twice by one key starts once. Attached: an open incident of one of the services is meant, and nothing was started. */
export async function declareIncident(client: Client, place: RegistryPlace, order: DeclarationOrder): Promise<Allocated> {
  const { key, mayAttach, ...declared } = order;
  const ask: AllocateRequest = { key, services: declared.services, mayAttach };
  const first = await askRegistry(client, place, ask, key);
  if (first.isAttached && !(await isOver(client, first.incidentId))) return first;
  // One that was ended from outside could not free its services; attached to it, nobody would be called.
  if (first.isAttached) await client.workflow.getHandle(place.registryWorkflowId).signal(place.release, { incidentId: first.incidentId });
  const allocated = first.isAttached ? await askRegistry(client, place, ask, `${key} after ${first.incidentId}`) : first;
  if (allocated.isAttached) return allocated;
  const { incidentId } = allocated;
  const declaration: Declaration = { ...declared, incidentId, declaredAt: new Date().toISOString() };
  await client.workflow.start('commandIncident', {
    workflowId: incidentId,
    taskQueue: place.taskQueue,
    args: [{ declaration }],
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: `${incidentId} ${declared.services.join(', ')}`.slice(0, 180),
  });
  return allocated;
}

/** One that has its number and is not started yet is not over. */
async function isOver(client: Client, incidentId: string): Promise<boolean> {
  try {
    const { status } = await client.workflow.getHandle(incidentId).describe();
    return status.name === 'COMPLETED' || lossOf(status.name) !== null;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

async function askRegistry(client: Client, place: RegistryPlace, ask: AllocateRequest, updateId: string): Promise<Allocated> {
  const { registryWorkflowId: workflowId, taskQueue, allocate } = place;
  const startWorkflowOperation = new WithStartWorkflowOperation('incidentRegistry', {
    workflowId,
    taskQueue,
    args: [],
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: 'numbers incidents, knows which are open',
  });
  return client.workflow.executeUpdateWithStart(allocate, { args: [ask], updateId, startWorkflowOperation });
}
