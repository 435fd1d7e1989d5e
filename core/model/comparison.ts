import type { LoadResult } from './load-result.js';

/**
 * Where an interval comes from, best first. `paired-runs`: runs of both states, taken in turns. `separate-runs`: a group of runs of each state.
 * `paired-windows`: one run of each state, each slice against the slice at the same moment of the other. `separate-windows`: slices that do not match.
 * `ratio-only`: too little of everything, so there is no interval.
 */
export type ComparisonMethod = 'paired-runs' | 'separate-runs' | 'paired-windows' | 'separate-windows' | 'ratio-only';

/** p95 of one load after ÷ before; below 1 is faster. `ci` is the 95 % interval. */
export interface Comparison {
  verdict: 'improved' | 'regressed' | 'equivalent' | 'inconclusive';
  ratio: number | null;
  ci: [number, number] | null;
  ciKind: 'between-runs' | 'within-run';
  method: ComparisonMethod;
  /** Number of load runs on each side, and how many of them form pairs. */
  runs: { before: number; after: number; pairs: number };
}

/** The part of a run that is compared. */
export type ComparableLoad = Pick<LoadResult, 'latencyMs' | 'failedRatio' | 'requests' | 'requestRate' | 'errors' | 'subWindows'>;

export interface MeasuredLoad<Load extends ComparableLoad = LoadResult> {
  load: Load;
  /** ISO 8601. */
  startedAt: string;
}

/** A run of this load that kept every budget. It is kept to tell later whether a fix restores the old speed. */
export interface HealthyRun extends MeasuredLoad<ComparableLoad> {
  source: 'green confirmation' | 'resolved re-run';
  incidentId: string;
}

/** After ÷ the recorded healthy runs. Null where there is none. */
export interface BaselineComparison extends Comparison {
  /** The newest of the healthy runs. */
  source: HealthyRun['source'];
  incidentId: string;
  at: string;
  /** Mean over the healthy runs. */
  p95Ms: number | null;
  reasons: string[];
}
