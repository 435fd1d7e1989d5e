import { ActivityCancelledError, ActivityNotFoundError, ActivityPausedError, ActivityResetError, type Client } from '@temporalio/client';

/** Shorter than the patience of whoever fences itself with it: a call that hangs must not look like one that was heard. */
const answerWithinMs = 3_000;

/**
 * Sends one heartbeat of a running activity and waits for the server's answer, which the SDK's own heartbeats never show. `gone`: the server has
 * given this try up. Rejects when the server did not answer. A cancellation is heard here, too, but the SDK delivers it.
 */
export async function acknowledgeHeartbeat(client: Client, taskToken: Uint8Array, details: unknown): Promise<'heard' | 'gone'> {
  try {
    await client.withDeadline(Date.now() + answerWithinMs, () => client.activity.heartbeat(taskToken, details));
    return 'heard';
  } catch (error) {
    if (error instanceof ActivityNotFoundError) return 'gone';
    if (error instanceof ActivityCancelledError || error instanceof ActivityPausedError || error instanceof ActivityResetError)
      return 'heard';
    throw error;
  }
}
