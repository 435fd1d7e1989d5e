/** Declares an incident: its number from the registry, which starts with its first request, then the incident itself. */
import { setTimeout as delay } from 'node:timers/promises';
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

/** Between number and start lies one call. Whoever needs longer has died, or has lost its network. */
const startsWithinMs = 3_000;
const lookEveryMs = 250;

/** An incident that is declared twice by one key starts once. Attached: an open incident of one of the services is meant, and nothing was started. */
export async function declareIncident(client: Client, place: RegistryPlace, order: DeclarationOrder): Promise<Allocated> {
  const { key, mayAttach, ...declared } = order;
  const ask: AllocateRequest = { key, services: declared.services, mayAttach };
  const first = await askRegistry(client, place, ask, key);
  if (!first.isAttached) return await begin(client, place, first.incidentId, declared);
  const stand = await standOf(client, first.incidentId);
  if (stand === 'runs') return first;
  // Attached to one that was never begun, nobody would be called: it begins with what is known here. Its declarer finds it if it comes back.
  if (stand === 'not-begun') return await begin(client, place, first.incidentId, declared);
  // One that was ended from outside could not free its services.
  await client.workflow.getHandle(place.registryWorkflowId).signal(place.release, { incidentId: first.incidentId });
  const next = await askRegistry(client, place, ask, `${key} after ${first.incidentId}`);
  return next.isAttached ? next : await begin(client, place, next.incidentId, declared);
}

async function begin(
  client: Client,
  { taskQueue }: RegistryPlace,
  incidentId: string,
  declared: Omit<Declaration, 'incidentId' | 'declaredAt'>,
): Promise<Allocated> {
  const declaration: Declaration = { ...declared, incidentId, declaredAt: new Date().toISOString() };
  await client.workflow.start('commandIncident', {
    workflowId: incidentId,
    taskQueue,
    args: [{ declaration }],
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: `${incidentId} ${declared.services.join(', ')}`.slice(0, 180),
  });
  return { incidentId, isAttached: false };
}

type Stand = 'runs' | 'over' | 'not-begun';

/** One that has its number and is not started yet is given the time to. */
async function standOf(client: Client, incidentId: string): Promise<Stand> {
  const deadline = Date.now() + startsWithinMs;
  for (;;) {
    const stand = await lookAt(client, incidentId);
    if (stand !== 'not-begun' || Date.now() > deadline) return stand;
    await delay(lookEveryMs);
  }
}

async function lookAt(client: Client, incidentId: string): Promise<Stand> {
  try {
    const { status } = await client.workflow.getHandle(incidentId).describe();
    return status.name === 'COMPLETED' || lossOf(status.name) !== null ? 'over' : 'runs';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'not-begun';
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
