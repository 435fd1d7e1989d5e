/** Finds incidents whose workflow was ended from outside, or never began; no workflow hears of these. */
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import type { LostIncident } from '../activities/command/contract.js';
import { lossOf } from '../adapters/temporal/lost-workflow.js';
import { neverBegun } from '../core/command/incident/registry.js';
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

/** It has a number and no workflow: it begins right now, or whoever declared it died before. */
function notBegun(incidentId: string): LostIncident {
  return { incidentId, how: neverBegun, at: new Date().toISOString(), severity: null, status: null, commander: null };
}

export async function findLostIncidents(client: Client, incidentIds: readonly string[]): Promise<LostIncident[]> {
  const found: LostIncident[] = [];
  for (const id of incidentIds) {
    const described = client.workflow.getHandle(id).describe();
    const lost = await described.then(describeLoss, (error: unknown) => {
      if (error instanceof WorkflowNotFoundError) return notBegun(id);
      throw error;
    });
    if (lost !== null) found.push(lost);
  }
  return found;
}
