import type { FaultEndpoint } from '../fault.js';

/** What a visitor feels: the median and the slowest of `count` requests one after another, in milliseconds. */
export async function measureEndpoint(
  shopUrl: string,
  endpoint: FaultEndpoint,
  count: number,
): Promise<{ medianMs: number; slowestMs: number; failed: number }> {
  const tookMs: number[] = [];
  let failed = 0;
  for (let request = 0; request < count; request++) {
    const startedAt = performance.now();
    const response = await fetch(`${shopUrl}${endpoint.path}`, {
      method: endpoint.method,
      ...(endpoint.body === undefined ? {} : { body: JSON.stringify(endpoint.body), headers: { 'content-type': 'application/json' } }),
      signal: AbortSignal.timeout(30_000),
    });
    await response.arrayBuffer();
    if (!response.ok) failed += 1;
    tookMs.push(performance.now() - startedAt);
  }
  tookMs.sort((one, other) => one - other);
  return { medianMs: tookMs[Math.floor(count / 2)] ?? 0, slowestMs: tookMs.at(-1) ?? 0, failed };
}
