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

/** Beside each input how it was got; beside one that is missing why. */
function withSources(metric: Metric, sources: Readonly<Record<string, string | undefined>>): Metric {
  const told = Object.keys(metric.inputs).flatMap((name) => {
    const how = sources[name];
    return how === undefined ? [] : [[`${name}: how`, how] as const];
  });
  const missing = metric.missing.map((name) => (sources[name] === undefined ? name : `${name}: ${sources[name]}`));
  return { ...metric, inputs: { ...metric.inputs, ...Object.fromEntries(told) }, missing };
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

/** From the measured begin to the all-clear; where nothing says when it began, from the detection, which is shorter. */
function lengthOf({ times }: StatusDocument): [string, number | null] {
  const fromDetectionS = fromDetection(times).seconds;
  if (times.ttr.seconds !== null || fromDetectionS === null)
    return ['minutes of impact', times.ttr.seconds === null ? null : times.ttr.seconds / 60];
  return ['minutes from the detection (at least)', fromDetectionS / 60];
}

/** All figures of an incident. Requests of our own load count in none of them: the ratios of the record are of the services' users. */
export function postmortemMetrics(status: StatusDocument, { slo, valuePerRequest }: MetricInputs): PostmortemMetrics {
  const { errorRatio, slowRatio, requestsPerMinute, estimatedAffected, how } = status.impact;
  const [lengthName, impactMinutes] = lengthOf(status);
  const sources = {
    'error ratio': how.errorRatio,
    'slow ratio': how.slowRatio,
    'requests per minute': how.requestsPerMinute,
    'users affected': how.estimatedAffected,
  };
  const ofRequests = (name: string, ratio: number | null): Metric =>
    computed(
      'requests',
      `requests per minute x ${name} x ${lengthName}`,
      { 'requests per minute': requestsPerMinute, [name]: ratio, [lengthName]: impactMinutes },
      (values) => Math.round(Object.values(values).reduce((product, value) => product * value, 1)),
    );
  const failed = ofRequests('error ratio', errorRatio);
  const bad = { 'error ratio': errorRatio, [lengthName]: impactMinutes };
  return {
    ...timeMetrics(status),
    failedRequests: withSources(failed, sources),
    slowRequests: withSources(ofRequests('slow ratio', slowRatio), sources),
    usersAffected: withSources(
      computed('users', 'users affected, as recorded', { 'users affected': estimatedAffected }, () => estimatedAffected ?? 0),
      sources,
    ),
    money: computed(
      valuePerRequest?.currency ?? 'currency',
      'failed requests x value per request; at most, since repeated requests that worked are not known',
      { 'failed requests': failed.value, 'value per request (catalog)': valuePerRequest?.amount ?? null },
      () => (failed.value ?? 0) * (valuePerRequest?.amount ?? 0),
    ),
    badMinutes: withSources(
      computed('min', `error ratio x ${lengthName}`, bad, () => (errorRatio ?? 0) * (impactMinutes ?? 0)),
      sources,
    ),
    errorBudgetUsed: withSources(
      computed(
        '% of the period, by time',
        `100 x error ratio x ${lengthName} / ((1 - objective) x minutes of the period)`,
        {
          ...bad,
          'objective (catalog)': slo?.objective ?? null,
          'minutes of the period (catalog)': slo === null ? null : slo.periodMs / 60_000,
        },
        () => (100 * (errorRatio ?? 0) * (impactMinutes ?? 0)) / ((1 - (slo?.objective ?? 0)) * ((slo?.periodMs ?? 0) / 60_000)),
      ),
      sources,
    ),
  };
}
