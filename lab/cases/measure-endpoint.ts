import { setTimeout } from 'node:timers/promises';
import type { FaultEndpoint } from '../fault.js';

/** Milliseconds until one request was answered whole, and whether it was answered well. */
async function request(shopUrl: string, endpoint: FaultEndpoint): Promise<{ tookMs: number; ok: boolean }> {
  const startedAt = performance.now();
  const response = await fetch(`${shopUrl}${endpoint.path}`, {
    method: endpoint.method,
    ...(endpoint.body === undefined ? {} : { body: JSON.stringify(endpoint.body), headers: { 'content-type': 'application/json' } }),
    signal: AbortSignal.timeout(30_000),
  });
  await response.arrayBuffer();
  return { tookMs: performance.now() - startedAt, ok: response.ok };
}

/** What a visitor feels: the median and the slowest of `count` requests one after another, in milliseconds. */
export async function measureEndpoint(
  shopUrl: string,
  endpoint: FaultEndpoint,
  count: number,
): Promise<{ medianMs: number; slowestMs: number; failed: number }> {
  const tookMs: number[] = [];
  let failed = 0;
  for (let sent = 0; sent < count; sent++) {
    const answer = await request(shopUrl, endpoint);
    if (!answer.ok) failed += 1;
    tookMs.push(answer.tookMs);
  }
  tookMs.sort((one, other) => one - other);
  return { medianMs: tookMs[Math.floor(count / 2)] ?? 0, slowestMs: tookMs.at(-1) ?? 0, failed };
}

/** 95th percentile in milliseconds under the endpoint's own rate, of what is sent in `durationMs` after a second of warm-up. */
export async function measureUnderLoad(shopUrl: string, endpoint: FaultEndpoint, durationMs: number): Promise<number> {
  const { load } = endpoint;
  if (load.executor !== 'constant-arrival-rate') throw new Error(`expected a load with a rate for ${endpoint.name}, got ${load.executor}`);
  const warmUp = load.rate;
  const sent: Promise<{ tookMs: number }>[] = [];
  for (let turn = 0; turn < warmUp + (load.rate * durationMs) / 1000; turn++) {
    sent.push(request(shopUrl, endpoint));
    await setTimeout(1000 / load.rate);
  }
  const tookMs = (await Promise.all(sent)).slice(warmUp).map((answer) => answer.tookMs);
  tookMs.sort((one, other) => one - other);
  return tookMs[Math.ceil(tookMs.length * 0.95) - 1] ?? 0;
}
