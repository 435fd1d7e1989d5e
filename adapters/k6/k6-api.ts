import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

/** Live numbers of a running k6. Counts are since its start, warm-up included; `p95Ms` is of the judged part as soon as it has samples. */
export interface K6Progress {
  elapsedMs: number;
  requests: number;
  /** Requests per second since the last report. */
  rps: number;
  p95Ms: number | null;
  failedRatio: number;
  /** Iterations that ended, and those that were due and found no free user. */
  completed: number;
  dropped: number;
  vus: number;
}

const sampleSchema = z.record(z.string(), z.number());
const metricsSchema = z.object({ data: z.array(z.object({ id: z.string(), attributes: z.object({ sample: sampleSchema }) })) });
const statusSchema = z.object({ data: z.object({ attributes: z.object({ running: z.boolean(), vus: z.number() }) }) });

/** Resolves as soon as users are running; false when `ended` aborts first. */
export async function waitUntilRunning(port: number, ended: AbortSignal): Promise<boolean> {
  while (!ended.aborted) {
    const status = statusSchema.safeParse(await read(port, 'status', ended)).data?.data.attributes;
    if (status?.running === true && status.vus > 0) return true;
    await sleep(50, undefined, { signal: ended }).catch(() => undefined);
  }
  return false;
}

/** Reports once a second until `ended` aborts. A report that cannot be had is skipped. */
export async function followProgress(port: number, ended: AbortSignal, onProgress: (progress: K6Progress) => void): Promise<void> {
  const startedAt = performance.now();
  let last = { at: startedAt, requests: 0 };
  while (!ended.aborted) {
    await sleep(1_000, undefined, { signal: ended }).catch(() => undefined);
    const metrics = metricsSchema.safeParse(await read(port, 'metrics', ended)).data;
    if (metrics === undefined) continue;
    const samples = new Map(metrics.data.map(({ id, attributes }) => [id, attributes.sample]));
    const at = performance.now();
    const requests = samples.get('http_reqs')?.['count'] ?? 0;
    onProgress({
      elapsedMs: Math.round(at - startedAt),
      requests,
      rps: at > last.at ? ((requests - last.requests) * 1000) / (at - last.at) : 0,
      p95Ms: liveP95(samples),
      failedRatio: samples.get('http_req_failed')?.['rate'] ?? 0,
      completed: samples.get('iterations')?.['count'] ?? 0,
      dropped: samples.get('dropped_iterations')?.['count'] ?? 0,
      vus: samples.get('vus')?.['value'] ?? 0,
    });
    last = { at, requests };
  }
}

function liveP95(samples: Map<string, Record<string, number>>): number | null {
  for (const tags of ['{phase:measure,expected_response:true}', '{expected_response:true}', '']) {
    const sample = samples.get(`http_req_duration${tags}`);
    if (sample !== undefined && (sample['max'] ?? 0) > 0) return sample['p(95)'] ?? null;
  }
  return null;
}

async function read(port: number, path: string, ended: AbortSignal): Promise<unknown> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/v1/${path}`, { signal: AbortSignal.any([ended, AbortSignal.timeout(2_000)]) });
    return await response.json();
  } catch {
    return null;
  }
}
