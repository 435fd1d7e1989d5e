import type { Budgets, ConfirmationVerdict, LatencyMs, LoadFormat, ThresholdResult } from '../model/load-result.js';
import { judgeLoad } from './judge.js';
import { readLoadSummary } from './read-summary.js';

/** The document of `analyze load --json`. Latencies are milliseconds, ratios 0..1. */
export interface LoadAnalysis {
  format: LoadFormat;
  verdict: ConfirmationVerdict;
  reasons: string[];
  thresholds: ThresholdResult[];
  latencyMs: LatencyMs;
  requests: number;
  requestRate: number;
  failedRatio: number;
  droppedIterations: number;
}

/** Judges a k6 summary by its own thresholds and by `budgets`. Throws UnreadableInputError for a file that is no k6 summary. */
export function analyzeLoad(text: string, budgets: Budgets = {}): LoadAnalysis {
  const result = readLoadSummary(text);
  const { verdict, reasons } = judgeLoad(result, { budgets, plan: null });
  const { format, thresholds, latencyMs, requests, requestRate, failedRatio, droppedIterations } = result;
  return { format, verdict, reasons, thresholds, latencyMs, requests, requestRate, failedRatio, droppedIterations };
}
