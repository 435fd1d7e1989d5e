import { unansweredKey } from '../../load/own-metrics.js';
import type { LoadResult } from '../../model/load-result.js';

/** Requests of the load that were in flight on average, of all that it sent. */
export interface LoadInFlight {
  /** Little's L. */
  inFlight: number;
  /** The most that can be the load's, when every request without an answer waited from the beginning. */
  inFlightMax: number;
  /** L ÷ X: what a request cost in time, milliseconds, those included that failed late or had no answer when the load ended. */
  meanMs: number;
}

/**
 * Little's law over everything that the load sent. Latencies are those of expected responses, so requests that timed out are missing in them, and those
 * that were still waiting at the end are in no latency at all: from a service that hangs, nearly everything. `onSockets` is the mean number of requests on
 * the service's sockets, null when unknown.
 */
export function loadInFlight(load: LoadResult, onSockets: number | null): LoadInFlight {
  const { requestRate } = load;
  const ended = (requestRate * meanOfEnded(load)) / 1000;
  const unanswered = load.errors[unansweredKey] ?? 0;
  // When they began is unknown: evenly over the window, unless the sockets tell.
  const waiting = onSockets === null ? unanswered / 2 : Math.min(unanswered, Math.max(0, onSockets - ended));
  const inFlight = ended + waiting;
  const meanMs = requestRate > 0 ? (inFlight / requestRate) * 1000 : waiting > 0 ? (load.durationMs ?? 0) : 0;
  return { inFlight, inFlightMax: ended + unanswered, meanMs };
}

/** Failures that came back at once do not make the mean of the others smaller; those that came late make it larger. */
function meanOfEnded({ latencyMs, timingMs, failedRatio }: LoadResult): number {
  const expected = latencyMs.mean ?? latencyMs.p50 ?? 0;
  if (timingMs === null || failedRatio === 0) return expected;
  return Math.max(expected, timingMs.sending + timingMs.waiting + timingMs.receiving);
}
