import { Context } from '@temporalio/activity';

/** Well inside the heartbeat timeout of 10 s. This is also the greatest age of a number in the Web UI. */
const beatEveryMs = 1_000;

/** What a long activity shows while it runs: short words with units, in a stable order. */
export type HeartbeatDetails = Record<string, string>;

export interface Beating {
  /** Aborted when the activity is cancelled, timed out or its worker stops. */
  signal: AbortSignal;
  show: (details: HeartbeatDetails) => void;
  /** What is shown now. */
  shown: () => HeartbeatDetails;
}

/** Two measurements at the same time on one machine would disturb each other. Other workers may be waiting, too. */
export function describeWaiting(inFront: number): HeartbeatDetails {
  return { state: 'waiting for the machine', 'in front': `${inFront} or more` };
}

/**
 * Runs long work with heartbeats from before its first wait until its end, because cancellation arrives with them. When the activity is cancelled, its
 * cancellation is thrown, whatever the work threw, but only after the work has ended and its processes are gone.
 */
export async function withHeartbeat<T>(work: (beating: Beating) => Promise<T>): Promise<T> {
  const context = Context.current();
  const { cancellationSignal: signal } = context;
  const shown: { details: HeartbeatDetails } = { details: { state: 'starting' } };
  context.heartbeat(shown.details);
  const timer = setInterval(() => context.heartbeat(shown.details), beatEveryMs);
  try {
    const result = await work({ signal, show: (details) => void (shown.details = details), shown: () => shown.details });
    signal.throwIfAborted();
    return result;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    clearInterval(timer);
  }
}
