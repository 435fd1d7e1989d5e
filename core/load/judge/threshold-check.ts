import type { LoadResult, ThresholdResult } from '../../model/load-result.js';
import { shareBeyond, type BudgetCheck } from './budget-check.js';
import { parseMetricName } from '../metric-name.js';
import { isOverwhelming, lackForGreen, lackForRed, type Measured } from './sample-size.js';
import { parseThreshold, type ThresholdExpression } from './threshold-expression.js';

/** A threshold that only watches over the run itself: that there was load at all, that none was dropped, that a dead target stops it. */
export function isGuardThreshold({ metric, expression }: Pick<ThresholdResult, 'metric' | 'expression'>): boolean {
  const { base } = parseMetricName(metric);
  const parsed = parseThreshold(expression);
  if (['dropped_iterations', 'vus', 'vus_max', 'iterations'].includes(base)) return true;
  if (base === 'http_reqs') return parsed?.stat === 'count';
  // Whoever tolerates that half of the requests fail has set a safety valve, not a budget.
  return base === 'http_req_failed' && parsed !== null && parsed.limit >= 0.5;
}

/** The file's own thresholds as budgets, guards left out. */
export function checkThresholds(result: LoadResult): BudgetCheck[] {
  return result.thresholds.filter((threshold) => !isGuardThreshold(threshold)).map((threshold) => checkThreshold(result, threshold));
}

function checkThreshold(result: LoadResult, threshold: ThresholdResult): BudgetCheck {
  const { metric, expression, ok, observed } = threshold;
  const name = `threshold ${metric} ${expression}`;
  const parsed = parseThreshold(expression);
  const id = thresholdId(metric, parsed);
  if (isWithoutSamples(threshold)) {
    return { id, state: 'unknown', text: `${name} was judged on no sample at all; is its tag or its metric misspelt?` };
  }
  const measured = measuredBy(result, threshold);
  const quantile = parsed?.quantile ?? 0;
  const told = observed === null ? ', as k6 itself says; the value is not in the summary' : ` (${format(observed)})`;
  const text = `${name} ${ok ? 'holds' : 'is crossed'}${told}`;
  if (ok)
    return withLack(id, 'kept', text, 'proves nothing yet', lackForGreen(measured, quantile, isSlowestWithin(result, metric, parsed)));
  const lack = isCertain(result, metric, parsed, observed) ? null : lackForRed(measured, quantile);
  return withLack(id, 'broken', text, 'may be chance', lack);
}

function isWithoutSamples({ ok, observed, samples }: ThresholdResult): boolean {
  return !ok && observed === null && (samples === undefined || samples?.count === 0);
}

/** What the threshold's own metric measured. A summary that does not tell leaves the run's requests, or its iterations where it sent none. */
function measuredBy(result: LoadResult, { metric, samples }: ThresholdResult): Measured {
  const { durationMs } = result;
  if (samples === null || samples === undefined) {
    const whole = isAboutHttp(metric) ? result.requests : (result.iterations ?? result.requests);
    return { durationMs, samples: whole };
  }
  return { durationMs, samples: samples.count, unit: isAboutHttp(metric) ? 'requests' : 'samples', isAtMost: samples.isAtMost };
}

function isAboutHttp(metric: string): boolean {
  return parseMetricName(metric).base.startsWith('http_req');
}

/** A part of the requests, or of a request, takes no longer than the slowest of them all. */
function isSlowestWithin(result: LoadResult, metric: string, parsed: ThresholdExpression | null): boolean {
  return isAboutHttp(metric) && parsed !== null && result.latencyMs.max !== null && result.latencyMs.max <= parsed.limit;
}

/** What the whole run shows; a part of it may be another story, and a few samples are never certain. */
function isCertain(result: LoadResult, metric: string, parsed: ThresholdExpression | null, observed: number | null): boolean {
  if (parsed === null || observed === null) return false;
  const measured = { durationMs: result.durationMs, samples: result.requests };
  const { base, tags } = parseMetricName(metric);
  const isOfPart = Object.keys(tags).some((tag) => tag !== 'expected_response' && tag !== 'phase');
  if (isOfPart) return false;
  if (base === 'http_req_failed') return isOverwhelming(measured, Math.round(observed * result.requests), parsed.limit);
  if (base !== 'http_req_duration') return false;
  return isOverwhelming(measured, Math.floor(result.requests * shareBeyond(result, parsed.limit)), 1 - (parsed.quantile ?? 0.5));
}

function withLack(id: string, state: 'kept' | 'broken', text: string, but: string, lack: string | null): BudgetCheck {
  return lack === null ? { id, state, text } : { id, state: 'unknown', text: `${text}, but that ${but}: ${lack}` };
}

/** The budget's name where the threshold is one of ours, else the metric's. */
function thresholdId(metric: string, parsed: ThresholdExpression | null): string {
  const { base } = parseMetricName(metric);
  if (base === 'http_req_failed') return 'error-ratio';
  if (base === 'http_reqs') return 'request-rate';
  if (base !== 'http_req_duration' || parsed === null) return metric;
  return parsed.quantile === null ? `latency ${parsed.stat}` : `p${Number((parsed.quantile * 100).toFixed(3))}`;
}

function format(value: number): string {
  return Number(value.toPrecision(4)).toString();
}
