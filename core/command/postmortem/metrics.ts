/** Figures of a postmortem. None stands without its formula and its inputs; what cannot be computed names what is missing. */
import type { TimeMetric } from '../incident/incident-times.js';
import type { StatusDocument } from '../incident/status-document.js';

export interface Metric {
  /** Null: not known, see `missing`. */
  value: number | null;
  unit: string;
  /** `estimated`: from averages over the whole impact. */
  status: 'recorded' | 'estimated' | 'pending' | 'not-applicable' | 'invalid' | 'not-known';
  from: string | null;
  to: string | null;
  formula: string;
  inputs: Readonly<Record<string, number | string>>;
  /** Inputs that are not there. */
  missing: readonly string[];
}

/** What the catalog adds; null: it says nothing, or affected services differ. */
export interface MetricInputs {
  /** Ratio 0..1 and the period that it holds for. */
  slo: { objective: number; periodMs: number } | null;
  valuePerRequest: { amount: number; currency: string } | null;
}

export const metricNames = [
  'ttd',
  'tta',
  'tte',
  'ttm',
  'ttr',
  'ttrFromDetection',
  'failedRequests',
  'slowRequests',
  'usersAffected',
  'money',
  'badMinutes',
  'errorBudgetUsed',
] as const;
export type PostmortemMetrics = Record<(typeof metricNames)[number], Metric>;

/** Sums and averages know their inputs by name; a name without a value makes the result unknown. */
type Inputs = Readonly<Record<string, number | null>>;

function computed(unit: string, formula: string, inputs: Inputs, compute: (values: Record<string, number>) => number): Metric {
  const values: Record<string, number> = {};
  for (const [name, value] of Object.entries(inputs)) if (value !== null) values[name] = value;
  const missing = Object.keys(inputs).filter((name) => values[name] === undefined);
  const value = missing.length === 0 ? compute(values) : null;
  return { value, unit, status: value === null ? 'not-known' : 'estimated', from: null, to: null, formula, inputs: values, missing };
}

function timed(metric: TimeMetric, formula: string, names: readonly [string, string]): Metric {
  const { seconds, status, from, to } = metric;
  const [fromName, toName] = names;
  const inputs = { ...(from === null ? {} : { [fromName]: from }), ...(to === null ? {} : { [toName]: to }) };
  const missing = [...(from === null ? [fromName] : []), ...(to === null ? [toName] : [])];
  return { value: seconds, unit: 's', status, from, to, formula, inputs, missing };
}

function fromDetection({ tta, ttr }: StatusDocument['times']): TimeMetric {
  const { from } = tta;
  const { to, status } = ttr;
  if (from === null || to === null) return { seconds: null, status, from, to };
  const seconds = (Date.parse(to) - Date.parse(from)) / 1000;
  return seconds < 0 ? { seconds: null, status: 'invalid', from, to } : { seconds, status: 'recorded', from, to };
}

function timeMetrics({ times }: StatusDocument): Pick<PostmortemMetrics, 'ttd' | 'tta' | 'tte' | 'ttm' | 'ttr' | 'ttrFromDetection'> {
  const begin = 'measured begin of the impact';
  return {
    ttd: timed(times.ttd, 'detected - begin of the impact', [begin, 'detected']),
    tta: timed(times.tta, 'first human answer - detected', ['detected', 'first human answer']),
    tte: timed(times.tte, 'first responder at work - detected', ['detected', 'first responder at work']),
    ttm: timed(times.ttm, 'mitigated - begin of the impact', [begin, 'mitigated']),
    ttr: timed(times.ttr, 'resolved - begin of the impact', [begin, 'resolved']),
    ttrFromDetection: timed(fromDetection(times), 'resolved - detected', ['detected', 'resolved']),
  };
}

/** All figures of an incident. Requests of our own load count in none of them: the ratios of the record are of the services' users. */
export function postmortemMetrics(status: StatusDocument, { slo, valuePerRequest }: MetricInputs): PostmortemMetrics {
  const { errorRatio, slowRatio, requestsPerMinute, estimatedAffected } = status.impact;
  const { seconds } = status.times.ttr;
  const impactMinutes = seconds === null ? null : seconds / 60;
  const ofRequests = (name: string, ratio: number | null): Metric =>
    computed(
      'requests',
      `requests per minute x ${name} x minutes of impact`,
      { 'requests per minute': requestsPerMinute, [name]: ratio, 'minutes of impact': impactMinutes },
      (values) => Math.round(Object.values(values).reduce((product, value) => product * value, 1)),
    );
  const failed = ofRequests('error ratio', errorRatio);
  const bad = { 'error ratio': errorRatio, 'minutes of impact': impactMinutes };
  return {
    ...timeMetrics(status),
    failedRequests: failed,
    slowRequests: ofRequests('slow ratio', slowRatio),
    usersAffected: computed('users', 'users affected, as recorded', { 'users affected': estimatedAffected }, () => estimatedAffected ?? 0),
    money: computed(
      valuePerRequest?.currency ?? 'currency',
      'failed requests x value per request; at most, since repeated requests that worked are not known',
      { 'failed requests': failed.value, 'value per request (catalog)': valuePerRequest?.amount ?? null },
      () => (failed.value ?? 0) * (valuePerRequest?.amount ?? 0),
    ),
    badMinutes: computed('min', 'error ratio x minutes of impact', bad, () => (errorRatio ?? 0) * (impactMinutes ?? 0)),
    errorBudgetUsed: computed(
      '% of the period, by time',
      '100 x error ratio x minutes of impact / ((1 - objective) x minutes of the period)',
      {
        ...bad,
        'objective (catalog)': slo?.objective ?? null,
        'minutes of the period (catalog)': slo === null ? null : slo.periodMs / 60_000,
      },
      () => (100 * (errorRatio ?? 0) * (impactMinutes ?? 0)) / ((1 - (slo?.objective ?? 0)) * ((slo?.periodMs ?? 0) / 60_000)),
    ),
  };
}
