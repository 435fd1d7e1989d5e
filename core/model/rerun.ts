import type { CauseId, Forecast } from './cause.js';
import type { BaselineComparison, Comparison } from './comparison.js';
import type { Outcome } from './outcome.js';

/** `rerun --json`: one request to run the load again, of one or several runs. */
export interface Rerun extends Comparison {
  withinBudget: boolean;
  /** As fast as the healthy runs on record; null = that cannot be told. */
  backToBaseline: boolean | null;
  /** Means over the runs of each side. */
  before: RunFigures;
  after: RunFigures;
  baseline: BaselineComparison | null;
  outcome: Outcome;
  reasons: string[];
  at: string;
  /** What was forecast for the remedies of the causes, beside what was measured; absent where nothing was forecast. */
  forecasts?: ForecastCheck[];
  /** Causes whose own remedy was applied before this load, and nothing else of ours: what it proves, it proves of them. Absent: none was. */
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
