import type { LoadResult, SubWindow } from '../../../core/model/load-result.js';

/** A finished run of 30 s with 600 answered requests around 100 ms. */
export function loadResult(changes: Partial<LoadResult> = {}): LoadResult {
  return {
    format: 'handle-summary',
    k6Version: null,
    exitCode: 0,
    durationMs: 30_000,
    requests: 600,
    requestRate: 20,
    iterations: 600,
    failedRatio: 0,
    droppedIterations: 0,
    latencyMs: { p50: 90, p95: 100, p99: 120, mean: 92, max: 150 },
    timingMs: null,
    thresholds: [],
    subWindows: [],
    generator: null,
    errors: {},
    ...changes,
  };
}

export function windows(p95s: number[]): SubWindow[] {
  return p95s.map((p95Ms, index) => ({
    startMs: index * 5_000,
    durationMs: 5_000,
    requests: 100,
    p50Ms: p95Ms * 0.8,
    p95Ms,
    meanMs: p95Ms * 0.8,
    failedRatio: 0,
  }));
}
