import type { KnownPercentile, LatencyMs, LoadFormat, LoadResult } from '../../model/load-result.js';
import { UnreadableInputError } from '../../model/errors.js';

/** What a load generator other than k6 tells. Latencies are milliseconds; a percentile is a number from 0 to 100. */
export interface ToolNumbers {
  format: LoadFormat;
  durationMs: number | null;
  requests: number;
  /** Requests per second as told; null = requests ÷ duration. */
  requestRate: number | null;
  failed: number;
  percentiles: readonly (readonly [percent: number, ms: number | null | undefined])[];
  meanMs: number | null;
  maxMs: number | null;
  errors?: Record<string, number>;
  notes?: string[];
}

/** The one shape of a finished run. Throws UnreadableInputError when the numbers contradict each other. */
export function toolResult(told: ToolNumbers): LoadResult {
  const { format, durationMs, requests, failed } = told;
  const numbers = [requests, failed, durationMs ?? 0, told.requestRate ?? 0, told.meanMs ?? 0, told.maxMs ?? 0];
  const known = told.percentiles.flatMap(([percent, ms]): KnownPercentile[] =>
    ms === null || ms === undefined ? [] : [{ quantile: percent / 100, ms: withoutNoise(ms) }],
  );
  if ([...numbers, ...known.map(({ ms }) => ms)].some((value) => !Number.isFinite(value) || value < 0) || failed > requests) {
    throw new UnreadableInputError(
      `${format}: expected counts and times that are not negative, and no more failures than requests, got ${requests} requests, ${failed} failed; give the unmodified output`,
    );
  }
  const seconds = durationMs === null ? 0 : durationMs / 1000;
  return {
    format,
    k6Version: null,
    exitCode: null,
    durationMs: durationMs === null ? null : withoutNoise(durationMs),
    requests,
    requestRate: told.requestRate ?? (seconds === 0 ? 0 : requests / seconds),
    iterations: null,
    failedRatio: requests === 0 ? 0 : failed / requests,
    droppedIterations: 0,
    latencyMs: latencyOf(known, told),
    percentiles: known.filter(({ quantile }) => ![0.5, 0.95, 0.99, 1].includes(quantile)),
    timingMs: null,
    thresholds: [],
    subWindows: [],
    generator: null,
    errors: told.errors ?? {},
    notes: told.notes ?? [],
  };
}

function latencyOf(known: readonly KnownPercentile[], { meanMs, maxMs, requests }: ToolNumbers): LatencyMs {
  if (requests === 0) return { p50: null, p95: null, p99: null, mean: null, max: null };
  const of = (quantile: number): number | null => known.find((percentile) => percentile.quantile === quantile)?.ms ?? null;
  return {
    p50: of(0.5),
    p95: of(0.95),
    p99: of(0.99),
    mean: meanMs === null ? null : withoutNoise(meanMs),
    max: maxMs === null ? of(1) : withoutNoise(maxMs),
  };
}

/** 0.1101 seconds are 110.1 ms, not 110.10000000000001: no tool prints parts of a nanosecond. */
function withoutNoise(ms: number): number {
  return Number(ms.toFixed(6));
}
