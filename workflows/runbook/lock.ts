/** One run at a time for a key: whoever has a workflow of the key's name under way holds the lock, and it ends with its run. */
import { condition, ParentClosePolicy, setCurrentDetails, startChild, type ChildWorkflowHandle } from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';

/** Lives as long as the run that started it, which the server ends it with. */
export async function holdRunbookLock({ key, runId }: { key: string; runId: string }): Promise<void> {
  setCurrentDetails(`The run ${runId} holds the lock ${key}.`);
  await condition(() => false);
}

export type Lock = ChildWorkflowHandle<typeof holdRunbookLock>;

export function lockWorkflowId(key: string): string {
  return `runbook-lock-${key}`;
}

/** Null: another run holds it. */
export async function takeLock(key: string, runId: string): Promise<Lock | null> {
  try {
    return await startChild(holdRunbookLock, {
      workflowId: lockWorkflowId(key),
      args: [{ key, runId }],
      parentClosePolicy: ParentClosePolicy.TERMINATE,
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      staticSummary: `held by ${runId}`,
    });
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return null;
    throw error;
  }
}
