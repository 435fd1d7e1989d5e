import type { KnownPercentile, ThresholdResult } from '../../model/load-result.js';
import { hasSamples } from '../metric-samples.js';
import { knownPercentiles, percentileWithin } from './percentile-bounds.js';
import type { Summary, SummaryMetric } from '../summary-shape.js';
import { holds, parseThreshold, type ThresholdExpression } from './threshold-expression.js';

/**
 * The thresholds of one metric, re-evaluated from its numbers. Where the summary lacks the statistic (k6 prints no p(99) unless it is told to),
 * the percentiles around it decide if they can, else k6's own flag does. No samples: not ok, nothing observed.
 */
export function evaluateThresholds(summary: Summary, metric: SummaryMetric): ThresholdResult[] {
  const isCounted = metric.base === 'http_reqs' || metric.base === 'iterations';
  const samples = samplesOf(summary, metric);
  return metric.thresholds.map(({ expression, passed }) => {
    const about = { metric: metric.name, expression };
    const parsed = parseThreshold(expression);
    const observed = parsed === null ? null : (metric.values[parsed.stat] ?? null);
    if (!hasSamples(metric) && !isCounted) {
      // A counter of something that never happened was judged on all that was done; of a tag, nothing says that it is not misspelt.
      if (isAboutNothing(metric, parsed) && Object.keys(metric.tags).length === 0) return { ...about, ok: true, observed, samples: null };
      return { ...about, ok: isAboutNothing(metric, parsed), observed: null, samples: { count: 0, isAtMost: false } };
    }
    if (parsed !== null && observed !== null) return { ...about, ok: holds(parsed, observed), observed, samples };
    const bounded = parsed === null ? null : holdsWithin(parsed, knownPercentiles(metric.values));
    return { ...about, ok: bounded ?? passed ?? false, observed: null, samples };
  });
}

/** What the percentiles on both sides of the missing one say; null when the limit lies between them. */
function holdsWithin(expression: ThresholdExpression, known: readonly KnownPercentile[]): boolean | null {
  if (expression.quantile === null) return null;
  const { atLeastMs, atMostMs } = percentileWithin(known, expression.quantile);
  const atLeast = atLeastMs === null ? null : holds(expression, atLeastMs);
  const atMost = atMostMs === null ? null : holds(expression, atMostMs);
  switch (expression.operator) {
    case '<':
    case '<=':
      return atMost === true ? true : atLeast === false ? false : null;
    case '>':
    case '>=':
      return atLeast === true ? true : atMost === false ? false : null;
    case '==':
    case '!=':
      return null;
  }
}

/** Counters of bad things (`dropped_iterations: count<1`) are rightly without samples. */
function isAboutNothing(metric: SummaryMetric, parsed: ThresholdExpression | null): boolean {
  const isCounter = metric.values['count'] !== undefined && metric.values['max'] === undefined;
  return isCounter && parsed !== null && ['count', 'rate'].includes(parsed.stat) && holds(parsed, 0);
}

/** How many samples a threshold was judged on: the metric's own count, that of its requests, or what its percentiles give away. */
function samplesOf(summary: Summary, metric: SummaryMetric): NonNullable<ThresholdResult['samples']> | null {
  const { passes, fails, count } = metric.values;
  const exact = (value: number) => ({ count: value, isAtMost: false });
  if (passes !== undefined && fails !== undefined) return exact(passes + fails);
  if (count !== undefined && metric.values['max'] !== undefined) return exact(count);
  if (metric.base.startsWith('http_req')) {
    const requests = requestsWithTags(summary, metric.tags);
    if (requests !== null) return exact(requests);
  }
  const iterations = metric.base === 'iteration_duration' ? countOf(summary, 'iterations', metric.tags) : null;
  if (iterations !== null) return exact(iterations);
  return isOnOneLine(metric.values) ? { count: 11, isAtMost: true } : null;
}

function requestsWithTags(summary: Summary, tags: Record<string, string>): number | null {
  const { expected_response: expected, ...others } = tags;
  const failed = find(summary, 'http_req_failed', others)?.values;
  const { passes, fails } = failed ?? {};
  if (expected === 'true') return fails ?? null;
  if (expected === 'false') return passes ?? null;
  return countOf(summary, 'http_reqs', others) ?? (passes === undefined || fails === undefined ? null : passes + fails);
}

function countOf(summary: Summary, base: string, tags: Record<string, string>): number | null {
  return find(summary, base, tags)?.values['count'] ?? null;
}

function find(summary: Summary, base: string, tags: Record<string, string>): SummaryMetric | undefined {
  const wanted = Object.entries(tags);
  return summary.metrics.find(
    (metric) =>
      metric.base === base &&
      Object.keys(metric.tags).length === wanted.length &&
      wanted.every(([key, value]) => metric.tags[key] === value),
  );
}

/**
 * k6 interpolates percentiles between neighbours. With at most 11 samples p(90) and p(95) both lie between the last two, so that the largest is
 * exactly twice as far from the one as from the other; with more they lie between others, and only chance could do that.
 */
function isOnOneLine(values: Record<string, number>): boolean {
  const { 'p(90)': p90, 'p(95)': p95, max } = values;
  if (p90 === undefined || p95 === undefined || max === undefined || max <= p95) return false;
  return Math.abs(max - p90 - 2 * (max - p95)) <= 1e-9 * max;
}
