import type { SummaryMetric } from './summary-shape.js';

/**
 * Whether anything was measured. k6 prints zeros for a metric without samples, and thresholds on zeros pass: a misspelt tag, or a run in
 * which every iteration threw. A refused connection leaves a duration of exactly zero, which is no latency either.
 */
export function hasSamples(metric: SummaryMetric): boolean {
  const { count, passes, fails, max } = metric.values;
  if (passes !== undefined && fails !== undefined) return passes + fails > 0;
  if (max === 0 && /duration|waiting/.test(metric.base)) return false;
  if (count !== undefined) return count > 0;
  if (max === undefined) return Object.keys(metric.values).length > 0;
  return max !== 0 || Object.keys(metric.tags).length === 0;
}
