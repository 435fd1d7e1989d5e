import type { LoadFormat, LoadResult } from '../../model/load-result.js';
import { createSampleSet } from './sample-set.js';
import { toolResult } from './tool-result.js';

/** One request of a file that lists them all. */
export interface ListedRequest {
  startedAtMs: number;
  ms: number;
  isFailed: boolean;
  /** What it failed with; null when it did not. */
  error: string | null;
  /** Endpoint or label. */
  name: string;
}

/** Kinds of errors kept apart; a file may hold a message per request. */
const maxErrorKinds = 100;

/** Counts single requests. Latency is that of requests that did not fail, or of all when every one failed. */
export function createRequestTally(format: LoadFormat) {
  const answered = createSampleSet();
  const failed = createSampleSet();
  const names = new Set<string>();
  const errors: Record<string, number> = {};
  let firstMs = Number.POSITIVE_INFINITY;
  let lastMs = Number.NEGATIVE_INFINITY;
  return {
    add: ({ startedAtMs, ms, isFailed, error, name }: ListedRequest): void => {
      (isFailed ? failed : answered).add(ms);
      firstMs = Math.min(firstMs, startedAtMs);
      lastMs = Math.max(lastMs, startedAtMs + ms);
      if (name !== '' && names.size < maxErrorKinds) names.add(name);
      if (error === null) return;
      const key = error in errors || Object.keys(errors).length < maxErrorKinds ? error : 'other errors';
      errors[key] = (errors[key] ?? 0) + 1;
    },
    finish: (notes: string[] = []): LoadResult => {
      const requests = answered.count() + failed.count();
      const of = answered.count() > 0 ? answered.values() : failed.values();
      return toolResult({
        format,
        durationMs: requests === 0 ? null : lastMs - firstMs,
        requests,
        requestRate: null,
        failed: failed.count(),
        percentiles: (['med', 'p(90)', 'p(95)', 'p(99)', 'p(99.9)'] as const).map((stat) => [percentOf(stat), of[stat]]),
        meanMs: of['avg'] ?? null,
        maxMs: of['max'] ?? null,
        errors,
        notes: [...notes, ...togetherNote([...names])],
      });
    },
  };
}

function percentOf(stat: string): number {
  return stat === 'med' ? 50 : Number(stat.slice(2, -1));
}

/** A percentile over several endpoints hides the slow one among many fast ones. */
export function togetherNote(names: readonly string[]): string[] {
  if (names.length < 2) return [];
  const listed = names.slice(0, 4).join(', ');
  return [
    `the numbers are those of ${names.length >= maxErrorKinds ? 'a hundred and more' : names.length} endpoints together (${listed}${names.length > 4 ? ' …' : ''})`,
  ];
}
