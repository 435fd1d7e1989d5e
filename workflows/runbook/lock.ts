/** One run at a time for each key: whoever has a running workflow with the key's name holds the lock, which ends with its run. */
import { condition, ParentClosePolicy, setCurrentDetails, startChild, type ChildWorkflowHandle } from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { object, text, wholeText } from '../../core/decisions/read-message.js';
import { readStart } from '../kernel/on-message.js';

const readLock = object({ key: text(10_000), runId: wholeText(100) });

/** Lives as long as the run that started it; the server ends it together with that run. */
export async function holdRunbookLock(start: { key: string; runId: string }): Promise<void> {
  const { key, runId } = readStart(readLock, start);
  setCurrentDetails(`The run ${runId} holds the lock ${key}.`);
  await condition(() => false);
}

export type Lock = ChildWorkflowHandle<typeof holdRunbookLock>;

export function lockWorkflowId(key: string): string {
  return `runbook-lock-${key}`;
}

/** Null: another run has it. */
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
