import { UnreadableInputError } from '../../core/model/errors.js';
import type { Symptom } from '../../core/model/incident.js';
import type { Budgets } from '../../core/model/load-result.js';
import { parseDuration } from '../duration.js';

const latencyMetric = /^(?:p(50|95|99)|median)$/i;
const errorMetric = /^(?:errors?|error[-_ ]?rat(?:io|e))$/i;
const rateMetric = /^(?:rate|rps|throughput|request[-_ ]?rate|min-?request-?rate)$/i;

/** `12%` or `0.12` → 0.12; null when it is no ratio between 0 and 1. */
function parseRatio(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(text.trim());
  if (match?.[1] === undefined) return null;
  const ratio = Number(match[1]) / (match[2] === '%' ? 100 : 1);
  return ratio <= 1 ? ratio : null;
}

/** `20/s`, `20 rps`, `1200/m` or `20` → requests per second. */
function parseRate(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)\s*(\/s|\/m|\/min|rps)?$/.exec(text.trim());
  if (match?.[1] === undefined) return null;
  return Number(match[1]) / (match[2]?.startsWith('/m') === true ? 60 : 1);
}

interface Measure {
  metric: Symptom['metric'];
  value: number;
}

/** Null when the metric is unknown or the value does not fit it. */
function readMeasure(metric: string, value: string): Measure | null {
  const latency = latencyMetric.exec(metric);
  if (latency !== null) {
    const durationMs = parseDuration(value);
    const percentile = latency[1] === '95' ? 'p95' : latency[1] === '99' ? 'p99' : 'p50';
    return durationMs === null || durationMs <= 0 ? null : { metric: percentile, value: durationMs };
  }
  if (errorMetric.test(metric)) {
    const ratio = parseRatio(value);
    return ratio === null ? null : { metric: 'error-ratio', value: ratio };
  }
  if (!rateMetric.test(metric)) return null;
  const rate = parseRate(value);
  return rate === null ? null : { metric: 'request-rate', value: rate };
}

/** Null when the text is no symptom; the alert hook uses it on free text of alerts. */
export function tryParseSymptom(text: string): Symptom | null {
  const match = /^([A-Za-z][A-Za-z0-9_-]*)(?:\s+|\s*[=:><]+\s*)([^\s=:><].*)$/.exec(text.trim());
  const measure = match?.[1] === undefined || match[2] === undefined ? null : readMeasure(match[1], match[2]);
  return measure === null ? null : { ...measure, text: text.trim() };
}

/** `p95 900ms`, `p99 2s`, `errors 12%`, `rate 20/s`. Throws UnreadableInputError. */
export function parseSymptom(text: string): Symptom {
  const symptom = tryParseSymptom(text);
  if (symptom !== null) return symptom;
  throw new UnreadableInputError(
    `symptom: expected what was observed, as "p95 900ms", "p99 2s", "errors 12%" or "rate 20/s", got "${text}"; write a metric (p50, p95, p99, errors, rate), a space and a value with its unit`,
  );
}

/** One budget of the command line: `p95=250ms`, `errors=1%`, `rate=20/s` (at least so many requests per second). Throws UnreadableInputError. */
export function parseBudget(text: string): Budgets {
  const match = /^([A-Za-z][A-Za-z0-9_-]*)\s*=\s*(\S.*)$/.exec(text.trim());
  const measure = match?.[1] === undefined || match[2] === undefined ? null : readMeasure(match[1], match[2]);
  switch (measure?.metric) {
    case 'p50':
      return { p50Ms: measure.value };
    case 'p95':
      return { p95Ms: measure.value };
    case 'p99':
      return { p99Ms: measure.value };
    case 'error-ratio':
      return { errorRatio: measure.value };
    case 'request-rate':
      return { minRequestRate: measure.value };
    case undefined:
      throw new UnreadableInputError(
        `budget: expected METRIC=VALUE, as p95=250ms, p99=2s, errors=1% or rate=20/s, got "${text}"; write a metric (p50, p95, p99, errors, rate), = and a value with its unit`,
      );
  }
}
