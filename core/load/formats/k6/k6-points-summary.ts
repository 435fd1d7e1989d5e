import type { LoadFormat } from '../../../model/load-result.js';
import { answerName } from '../../points.js';
import { parseMetricName } from '../../metric-name.js';
import type { Summary, SummaryMetric } from '../../summary-shape.js';
import { createSampleSet, type SampleSet } from '../sample-set.js';

export type MetricType = 'counter' | 'gauge' | 'rate' | 'trend';

export interface MetricPoint {
  metric: string;
  endedAtMs: number;
  value: number;
  /** Null where the point does not tell: it is no request, or of k6 before 0.31. */
  isExpected: boolean | null;
  /** Of the answer, `0` without one; empty where the point does not tell. */
  status: string;
  errorCode: string;
}

/** k6's types of the metrics it defines itself; CSV does not tell them. What is none of these is a trend. */
const builtIn: Record<string, MetricType> = {
  http_reqs: 'counter',
  iterations: 'counter',
  dropped_iterations: 'counter',
  data_sent: 'counter',
  data_received: 'counter',
  ws_sessions: 'counter',
  ws_msgs_sent: 'counter',
  ws_msgs_received: 'counter',
  http_req_failed: 'rate',
  browser_http_req_failed: 'rate',
  checks: 'rate',
  vus: 'gauge',
  vus_max: 'gauge',
};

interface Totals {
  type: MetricType;
  count: number;
  sum: number;
  max: number;
  samples: SampleSet | null;
}

/** Trends whose every value is kept without a threshold; of the others only mean and maximum are wanted. */
const keptTrends = new Set(['http_req_duration', 'iteration_duration', 'grpc_req_duration']);

/** Adds up single points of a k6 run to what its summary would have said. */
export function createPointSummary(format: LoadFormat) {
  const thresholds = new Map<string, string[]>();
  const types = new Map<string, MetricType>();
  const metrics = new Map<string, Totals>();
  const errors: Record<string, number> = {};
  /** From the status of each answer, for k6 before 0.31, which had no such metric. */
  const failedByStatus: Totals = { type: 'rate', count: 0, sum: 0, max: Number.NEGATIVE_INFINITY, samples: null };
  let firstMs = Number.POSITIVE_INFINITY;
  let lastMs = Number.NEGATIVE_INFINITY;

  function totalsOf(name: string, base: string): Totals {
    const known = metrics.get(name);
    if (known !== undefined) return known;
    const type = types.get(base) ?? builtIn[base] ?? 'trend';
    const isKept = type === 'trend' && (keptTrends.has(base) || (thresholds.get(name) ?? []).length > 0);
    const made: Totals = { type, count: 0, sum: 0, max: Number.NEGATIVE_INFINITY, samples: isKept ? createSampleSet() : null };
    metrics.set(name, made);
    return made;
  }

  function addTo(totals: Totals, value: number): void {
    totals.count++;
    totals.sum += value;
    totals.max = Math.max(totals.max, value);
    totals.samples?.add(value);
  }

  return {
    declare: (name: string, type: MetricType, expressions: string[]): void => {
      types.set(name, type);
      if (expressions.length > 0) thresholds.set(name, expressions);
    },
    add: ({ metric, endedAtMs, value, isExpected, status, errorCode }: MetricPoint): void => {
      addTo(totalsOf(metric, metric), value);
      // k6 stamps the end of a request.
      firstMs = Math.min(firstMs, metric === 'http_req_duration' || metric === 'iteration_duration' ? endedAtMs - value : endedAtMs);
      lastMs = Math.max(lastMs, endedAtMs);
      if (metric !== 'http_req_duration') return;
      const isGood = isExpected ?? isGoodStatus(status);
      if (isGood === null) return;
      addTo(failedByStatus, isGood ? 0 : 1);
      if (isGood) addTo(totalsOf('http_req_duration{expected_response:true}', metric), value);
      else {
        const name = answerName(status, errorCode);
        errors[name] = (errors[name] ?? 0) + 1;
      }
    },
    finish: (): { summary: Summary; errors: Record<string, number>; points: number } => {
      const durationMs = metrics.size === 0 ? null : lastMs - firstMs;
      if (failedByStatus.count > 0 && !metrics.has('http_req_failed')) metrics.set('http_req_failed', failedByStatus);
      const found = [...metrics].map(([name, totals]): SummaryMetric => {
        const expressions = (thresholds.get(name) ?? []).map((expression) => ({ expression, passed: null }));
        return { name, ...parseMetricName(name), values: valuesOf(totals, durationMs), thresholds: expressions };
      });
      const points = [...metrics.values()].reduce((sum, { count }) => sum + count, 0);
      return { summary: { format, k6Version: null, durationMs, metrics: found, note: null }, errors, points };
    },
  };
}

/** What k6 counts as failed where the script says nothing else: no answer, or a status that is not from 200 to 399. Null where none is told. */
function isGoodStatus(status: string): boolean | null {
  return /^\d+$/.test(status) ? Number(status) >= 200 && Number(status) < 400 : null;
}

function valuesOf({ type, count, sum, max, samples }: Totals, durationMs: number | null): Record<string, number> {
  switch (type) {
    case 'counter':
      return { count: sum, ...(durationMs === null || durationMs <= 0 ? {} : { rate: sum / (durationMs / 1000) }) };
    case 'rate':
      return { passes: sum, fails: count - sum, rate: count === 0 ? 0 : sum / count };
    case 'gauge':
      return { max };
    case 'trend':
      return samples?.values() ?? { avg: count === 0 ? 0 : sum / count, max, count };
  }
}
