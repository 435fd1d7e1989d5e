import { unansweredKey } from '../../load/own-metrics.js';
import type { LoadResult } from '../../model/load-result.js';

/** Mean number of the load's requests in flight, over everything that it sent. */
export interface LoadInFlight {
  /** Little's L. */
  inFlight: number;
  /** Upper bound: as if every request without an answer had waited since the beginning. */
  inFlightMax: number;
  /** L ÷ X: mean time of a request in milliseconds, including those that failed late or had no answer when the load ended. */
  meanMs: number;
}

/**
 * Applies Little's law to everything that the load sent. Latencies cover expected responses only: requests that timed out are missing from them, and so are
 * those still waiting at the end, which are nearly all when a service hangs. `onSockets` is the mean number of requests on the service's sockets, null when
 * unknown.
 */
export function loadInFlight(load: LoadResult, onSockets: number | null): LoadInFlight {
  const { requestRate } = load;
  const ended = (requestRate * meanOfEnded(load)) / 1000;
  const unanswered = load.errors[unansweredKey] ?? 0;
  // When they began is unknown: assume an even spread over the window, unless the sockets tell more.
  const waiting = onSockets === null ? unanswered / 2 : Math.min(unanswered, Math.max(0, onSockets - ended));
  const inFlight = ended + waiting;
  const meanMs = requestRate > 0 ? (inFlight / requestRate) * 1000 : waiting > 0 ? (load.durationMs ?? 0) : 0;
  return { inFlight, inFlightMax: ended + unanswered, meanMs };
}

/** Failures that came back at once must not lower the mean of the others; failures that came late must raise it. */
function meanOfEnded({ latencyMs, timingMs, failedRatio }: LoadResult): number {
  const expected = latencyMs.mean ?? latencyMs.p50 ?? 0;
  if (timingMs === null || failedRatio === 0) return expected;
  return Math.max(expected, timingMs.sending + timingMs.waiting + timingMs.receiving);
}
