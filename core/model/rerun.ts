import type { CauseId, Forecast } from './cause.js';
import type { BaselineComparison, Comparison } from './comparison.js';
import type { Outcome } from './outcome.js';

/** `rerun --json`: one request to run the load again, of one or several runs. */
export interface Rerun extends Comparison {
  withinBudget: boolean;
  /** As fast as the recorded healthy runs; null = it cannot be told. */
  backToBaseline: boolean | null;
  /** Means over the runs of each side. */
  before: RunFigures;
  after: RunFigures;
  baseline: BaselineComparison | null;
  outcome: Outcome;
  reasons: string[];
  at: string;
  /** The forecasts for the remedies of the causes, beside what was measured; absent when there was no forecast. */
  forecasts?: ForecastCheck[];
  /**
   * Causes whose own remedy, and nothing else of ours, was applied before this load. What the load proves, it proves about them. Absent: none was applied.
   */
  remedied?: CauseId[];
}

/** One forecast against the mean latency of the re-run. */
export interface ForecastCheck {
  cause: CauseId;
  forecast: Forecast;
  measuredMs: number;
  /** |likely − measured| ÷ measured; null where the model expected overload, or only a bound is known. */
  error: number | null;
  isInside: boolean;
}

export interface RunFigures {
  p50Ms: number | null;
  p95Ms: number | null;
  p99Ms: number | null;
  meanMs: number | null;
  requestRate: number;
  failedRatio: number;
  requests: number;
}
