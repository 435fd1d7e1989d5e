/** Calls to Temporal that end in time, and what their failures mean to the caller. */
import { WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError, isGrpcServiceError, type Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { ProgramFailedError, RefusedError } from '../../core/model/errors.js';

/** For calls that no worker has to answer. */
export const callTimeoutMs = 5_000;

export async function withinDeadline<T>(client: Client, timeoutMs: number, work: () => Promise<T>): Promise<T> {
  try {
    return await client.withDeadline(Date.now() + timeoutMs, work);
  } catch (error) {
    const grpc = error instanceof Error && isGrpcServiceError(error.cause) ? error.cause : error;
    if (!isGrpcServiceError(grpc)) throw error;
    const message = `Temporal did not do it: ${grpc.details || grpc.message}; check that the server is up (perf-responder doctor) and try again`;
    throw new ProgramFailedError({ program: 'temporal', exitCode: null, message, retryable: true }, { cause: error });
  }
}

export function explainEnded(id: string): (error: unknown) => never {
  return (error) => {
    if (error instanceof WorkflowNotFoundError)
      throw new RefusedError(`incident ${id} has ended; triage the endpoint again`, { cause: error });
    throw error;
  };
}

export function explainUpdate(id: string): (error: unknown) => never {
  return (error) => {
    if (error instanceof WorkflowUpdateFailedError) throw new RefusedError(error.cause?.message ?? error.message, { cause: error });
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) {
      const message = `no answer in time, so it is not known whether it was taken; start a worker (perf-responder worker) and say it again, which is safe`;
      throw new ProgramFailedError({ program: 'temporal', exitCode: null, message, retryable: true }, { cause: error });
    }
    if (error instanceof WorkflowNotFoundError && /^INC-/.test(id))
      throw new RefusedError(
        `${id} takes nothing more: it is closed, cancelled or merged, was ended from outside, or never was; incident status ${id} says which, incident declare begins another`,
        { cause: error },
      );
    return explainEnded(id)(error);
  };
}
