/**
 * Little's law, `L = X · R`, in the units of this project: L a mean number of requests, X requests per second, R milliseconds per request.
 * It holds for every place that requests pass, whatever the distributions, as long as the window is long against R.
 */

/** Milliseconds of each request spent in a place that held `meanCount` requests on average. 0 when nothing was completed. */
export function perRequestMs(meanCount: number, requestRate: number): number {
  return requestRate > 0 ? (meanCount / requestRate) * 1000 : 0;
}

/** Mean number of requests in a place where each of `requestRate` per second stays `meanMs`. */
export function meanInFlight(requestRate: number, meanMs: number): number {
  return (requestRate * meanMs) / 1000;
}

/** Standard error of a mean count, from its samples: looks that are further apart than a request takes are nearly independent. Infinite for fewer than two. */
export function standardError(counts: readonly number[]): number {
  if (counts.length < 2) return Infinity;
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / (counts.length - 1);
  return Math.sqrt(variance / counts.length);
}
