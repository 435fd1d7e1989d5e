import type { Budgets, ConfirmationVerdict, LatencyMs, LoadFormat, LoadResult, ThresholdResult } from '../model/load-result.js';
import { judgeLoad } from './judge/judge.js';

/** The document of `analyze load --json`. Latencies are milliseconds, ratios 0..1. */
export interface LoadAnalysis {
  format: LoadFormat;
  verdict: ConfirmationVerdict;
  reasons: string[];
  thresholds: Pick<ThresholdResult, 'metric' | 'expression' | 'ok' | 'observed'>[];
  latencyMs: LatencyMs;
  requests: number;
  requestRate: number;
  /** Null where the file does not tell. */
  failedRatio: number | null;
  droppedIterations: number;
}

/** Judges the result of a load run by its own thresholds and by `budgets`. */
export function analyzeLoad(result: LoadResult, budgets: Budgets = {}): LoadAnalysis {
  const { verdict, reasons } = judgeLoad(result, { budgets, plan: null });
  const { format, latencyMs, requests, requestRate, droppedIterations } = result;
  const failedRatio = result.failuresUnknown === true ? null : result.failedRatio;
  const thresholds = result.thresholds.map(({ metric, expression, ok, observed }) => ({ metric, expression, ok, observed }));
  return { format, verdict, reasons, thresholds, latencyMs, requests, requestRate, failedRatio, droppedIterations };
}
