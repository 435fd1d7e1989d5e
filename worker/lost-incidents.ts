/** Incidents whose workflow somebody ended from outside, which no workflow hears of. */
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import type { LostIncident } from '../activities/command/contract.js';
import { lossOf } from '../adapters/temporal/lost-workflow.js';
import { severities } from '../core/command/severity/severity.js';
import { incCommander, incSeverity, incStatus } from '../workflows/respond/search-attributes.js';

function describeLoss({ workflowId, status, closeTime, typedSearchAttributes }: WorkflowExecutionDescription): LostIncident | null {
  const how = lossOf(status.name);
  if (how === null) return null;
  const severity = typedSearchAttributes.get(incSeverity);
  return {
    incidentId: workflowId,
    how,
    at: (closeTime ?? new Date()).toISOString(),
    severity: severities.find((one) => one === severity) ?? null,
    status: typedSearchAttributes.get(incStatus) ?? null,
    commander: typedSearchAttributes.get(incCommander) ?? null,
  };
}

export async function findLostIncidents(client: Client, incidentIds: readonly string[]): Promise<LostIncident[]> {
  const found: LostIncident[] = [];
  for (const id of incidentIds) {
    const described = await client.workflow
      .getHandle(id)
      .describe()
      .catch((error: unknown) => {
        // It has its number and is not started yet.
        if (error instanceof WorkflowNotFoundError) return null;
        throw error;
      });
    const lost = described === null ? null : describeLoss(described);
    if (lost !== null) found.push(lost);
  }
  return found;
}
