/** Remedies that an incident applied, read from its history, and how they are taken back. */
import type { Client } from '@temporalio/client';
import { defaultPayloadConverter, WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { AppliedRemedy, RemedyApproval, RemedyPlan } from '../../activities/contract.js';
import { decodePayloads } from '../../adapters/temporal/history-texts.js';
import { incidentsQueue } from '../../workflows/kernel/task-queues.js';
import type { undoRemedy } from '../../workflows/undo/undo-remedy.js';
import { findIncident } from './incident-lookup.js';

export interface AppliedPlan {
  endpoint: string;
  plan: RemedyPlan;
}

/** Newest first; only those that changed something. */
export async function appliedPlans(client: Client, incidentId: string): Promise<AppliedPlan[]> {
  const { workflowId, runId } = await findIncident(client, incidentId);
  const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  const asked = new Map<string, AppliedPlan>();
  const found: AppliedPlan[] = [];
  for (const { eventId, activityTaskScheduledEventAttributes: scheduled, activityTaskCompletedEventAttributes: completed } of events ??
    []) {
    if (scheduled?.activityType?.name === 'applyRemedy') {
      const [, endpoint, plan] = (await decodePayloads(client, scheduled.input?.payloads ?? [])).map((payload): unknown =>
        defaultPayloadConverter.fromPayload(payload),
      );
      if (typeof endpoint === 'string' && isPlan(plan)) asked.set(String(eventId), { endpoint, plan });
    }
    const of = completed === null || completed === undefined ? undefined : asked.get(String(completed.scheduledEventId));
    const [result] = await decodePayloads(client, completed?.result?.payloads ?? []);
    if (of !== undefined && result !== undefined && wasApplied(defaultPayloadConverter.fromPayload(result))) found.unshift(of);
  }
  return found;
}

function isPlan(value: unknown): value is RemedyPlan {
  return typeof value === 'object' && value !== null && 'planId' in value && 'remedy' in value;
}

function wasApplied(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'applied' in value && value.applied === true;
}

/** Runs once for each plan: a second call waits for the end of the first. */
export async function undo(
  client: Client,
  incidentId: string,
  { endpoint, plan }: AppliedPlan,
  approval: RemedyApproval,
): Promise<AppliedRemedy> {
  const workflowId = `perf-undo-${plan.planId.slice(0, 24)}`;
  try {
    await client.workflow.start<typeof undoRemedy>('undoRemedy', {
      ...{ workflowId, taskQueue: incidentsQueue, args: [{ incidentId, endpoint, plan, approval }] },
      staticSummary: `undo of ${plan.remedy.kind} for ${endpoint}`.slice(0, 180),
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
  return await client.workflow.getHandle<typeof undoRemedy>(workflowId).result();
}
