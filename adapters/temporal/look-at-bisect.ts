import { WorkflowNotFoundError } from '@temporalio/common';
import type { Client } from '@temporalio/client';
import type { BisectSummary } from '../../core/model/bisect.js';

/** What became of a search for a commit. Its result is our own, written by `bisectRegression`. */
export async function lookAtBisect(
  client: Client,
  workflowId: string,
): Promise<{ state: 'searching' } | { state: 'answered'; summary: BisectSummary } | { state: 'gone'; why: string }> {
  try {
    const handle = client.workflow.getHandle(workflowId);
    const { status } = await handle.describe();
    if (status.name === 'RUNNING' || status.name === 'PAUSED') return { state: 'searching' };
    if (status.name === 'COMPLETED') return { state: 'answered', summary: (await handle.result()) as BisectSummary };
    return { state: 'gone', why: `the workflow ${workflowId} was ${status.name.toLowerCase().replaceAll('_', ' ')}` };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { state: 'gone', why: `there is no workflow ${workflowId}` };
    throw error;
  }
}
