import { UnreadableInputError } from '../model/errors.js';
import type { KnownPercentile, LatencyMs, LoadResult, RequestTimingMs, SubWindow, ThresholdResult } from '../model/load-result.js';
import { evaluateThresholds } from './judge/evaluate-thresholds.js';
import { insteadOfHttp } from './instead-of-http.js';
import { hasSamples } from './metric-samples.js';
import { answersMetric, startedMetric, unansweredKey } from './own-metrics.js';
import { knownPercentiles } from './judge/percentile-bounds.js';
import { stageResults, type StageValues } from './stages/stage-results.js';
import { parseSummary, type Summary, type SummaryMetric } from './summary-shape.js';

/**
 * Reads the summary of one finished k6 run: `handleSummary` data, a `--summary-export` file or a machine-readable summary, of k6 1.x and 2.x.
 * Latency is that of expected responses where the summary has them apart. Where our own script marked its judged part, only that part counts.
 * Values that the summary lacks are null. `exitCode` and `generator` are not in any summary; the caller fills them in.
 * Throws UnreadableInputError for a file that is none of the three.
 */
export function readLoadSummary(text: string): LoadResult {
  return loadResultOf(parseSummary(text));
}

/** The same for a summary that was put together from single points or from printed text. */
export function loadResultOf(summary: Summary): LoadResult {
  const phase: Tags = summary.note === null ? {} : { phase: 'measure' };
  const requests = valueOf(find(summary, 'http_reqs', phase), 'count') ?? 0;
  const durationMs = judgedDuration(summary);
  return {
    format: summary.format,
    k6Version: summary.k6Version,
    exitCode: null,
    durationMs,
    requests,
    requestRate: requestRate(summary, requests, durationMs),
    iterations: judgedIterations(summary, phase),
    failedRatio: ratioOf(find(summary, 'http_req_failed', phase)),
    droppedIterations: judgedDrops(summary, phase, durationMs),
    latencyMs: latency(summary, phase),
    percentiles: otherPercentiles(summary, phase),
    insteadOfHttp: requests > 0 ? null : insteadOfHttp(summary),
    timingMs: timing(summary, phase),
    thresholds: summary.metrics
      .flatMap((metric) => evaluateThresholds(summary, metric))
      .filter((threshold) => !isBookkeeping(summary, threshold)),
    subWindows: subWindows(summary),
    generator: null,
    errors: errorCounts(summary),
    ...stagesOf(summary, durationMs),
    ...told(summary, requests, durationMs),
  };
}

/** What the numbers alone do not say. */
function told(summary: Summary, requests: number, durationMs: number | null): Pick<LoadResult, 'failuresUnknown' | 'notes'> {
  const why = failuresUnknown(summary, requests);
  const notes = [
    ...(why === null ? [] : [`how many requests failed is not in the file (${why})`]),
    ...rateUnknown(summary, requests, durationMs),
    ...failedChecks(summary),
  ];
  return { ...(why === null ? {} : { failuresUnknown: true }), ...(notes.length === 0 ? {} : { notes }) };
}

/** k6 counts failed requests since 0.31; a summary without that metric says nothing of them, and not that there were none. */
function failuresUnknown(summary: Summary, requests: number): string | null {
  const failed = find(summary, 'http_req_failed');
  if (requests === 0 || summary.note !== null) return null;
  if (failed === undefined)
    return 'there is no http_req_failed, which k6 writes since 0.31 unless the script sets the response callback to null';
  return contradictsItself(failed) ? 'http_req_failed tells a share that its own counts contradict, as no k6 writes it' : null;
}

/** An answer that no check of the script accepts is no failed request for k6, which may have measured error pages. */
function failedChecks(summary: Summary): string[] {
  const checks = find(summary, 'checks')?.values;
  if (checks === undefined || summary.note !== null) return [];
  const { rate, passes, fails } = checks;
  const counted = passes !== undefined && fails !== undefined;
  const failedShare = counted && passes + fails > 0 ? fails / (passes + fails) : rate === undefined ? 0 : 1 - rate;
  if (!(failedShare > 0)) return [];
  const howMany = counted ? `${fails} of the script's ${passes + fails} checks` : `${percentText(failedShare)} of the script's checks`;
  return [`${howMany} failed, which k6 does not count as failed requests: the times may be those of wrong answers`];
}

function percentText(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}

/** k6 prints its share with a few digits in some forms. */
const roundedShare = 0.01;

function contradictsItself({ values: { rate, passes, fails } }: SummaryMetric): boolean {
  if (rate === undefined || passes === undefined || fails === undefined || passes + fails === 0) return false;
  return Math.abs(rate - passes / (passes + fails)) > roundedShare;
}

/** Without a rate and a duration the zero in the result says nothing. */
function rateUnknown(summary: Summary, requests: number, durationMs: number | null): string[] {
  if (requests === 0 || durationMs !== null || valueOf(find(summary, 'http_reqs'), 'rate') !== null) return [];
  return ['how long the run took is not in the file, and with it the rate of requests'];
}

function stagesOf(summary: Summary, durationMs: number | null): Pick<LoadResult, 'stages'> {
  const stages = summary.note?.stages;
  if (stages === undefined || durationMs === null) return {};
  const values: StageValues = (metric, tags) => find(summary, metric, tags)?.values ?? {};
  return { stages: stageResults(stages, durationMs, values) };
}

type Tags = Record<string, string>;

function find(summary: Summary, base: string, tags: Tags = {}): SummaryMetric | undefined {
  const wanted = Object.entries(tags);
  return summary.metrics.find(
    (metric) =>
      metric.base === base &&
      Object.keys(metric.tags).length === wanted.length &&
      wanted.every(([key, value]) => metric.tags[key] === value),
  );
}

function valueOf(metric: SummaryMetric | undefined, stat: string): number | null {
  return metric?.values[stat] ?? null;
}

/** `passes` of this metric are the failed requests, whatever the word says. */
function ratioOf(failed: SummaryMetric | undefined): number {
  const { rate, passes, fails } = failed?.values ?? {};
  const ratio = rate ?? (passes === undefined || fails === undefined || passes + fails === 0 ? 0 : passes / (passes + fails));
  if (ratio >= 0 && ratio <= 1) return ratio;
  throw new UnreadableInputError(`http_req_failed: expected a share from 0 to 1, got ${ratio}; give the unmodified result`);
}

function judgedDuration(summary: Summary): number | null {
  if (summary.note === null || summary.durationMs === null) return summary.note?.measureMs ?? summary.durationMs;
  // A run that was stopped early has measured less than planned; one that ended by itself also waited for the last answers.
  return Math.max(0, Math.min(summary.note.measureMs, summary.durationMs - summary.note.warmUpMs));
}

function judgedIterations(summary: Summary, phase: Tags): number | null {
  return valueOf(summary.note === null ? find(summary, 'iterations') : find(summary, startedMetric, phase), 'count');
}

/** k6 cannot tag a dropped iteration, so those of the ramp-up are told apart by how many the judged part should have started. */
function judgedDrops(summary: Summary, phase: Tags, durationMs: number | null): number {
  const dropped = valueOf(find(summary, 'dropped_iterations'), 'count') ?? 0;
  const rate = summary.note?.rate ?? null;
  if (rate === null || durationMs === null) return dropped;
  const planned = Math.floor((rate * durationMs) / 1000) - 1;
  return Math.min(dropped, Math.max(0, planned - (judgedIterations(summary, phase) ?? 0)));
}

function requestRate(summary: Summary, requests: number, durationMs: number | null): number {
  // k6 divides the count of a sub-metric by the whole run, warm-up included.
  const told = summary.note === null ? valueOf(find(summary, 'http_reqs'), 'rate') : null;
  if (told !== null) return told;
  return durationMs === null || durationMs === 0 ? 0 : requests / (durationMs / 1000);
}

/** The metric whose percentiles are the latency; undefined when nothing was answered. */
function latencyMetric(summary: Summary, phase: Tags): SummaryMetric | undefined {
  const expected = find(summary, 'http_req_duration', { ...phase, expected_response: 'true' });
  const all = find(summary, 'http_req_duration', phase);
  const source = expected !== undefined && hasSamples(expected) ? expected : all;
  // Connections that were refused leave zeros behind, which are no latency.
  return source === undefined || !hasSamples(source) || source.values['max'] === 0 ? undefined : source;
}

function latency(summary: Summary, phase: Tags): LatencyMs {
  const source = latencyMetric(summary, phase);
  const [p50, p95, p99, mean, max] = ['med', 'p(95)', 'p(99)', 'avg', 'max'].map((stat) => valueOf(source, stat));
  return { p50: p50 ?? null, p95: p95 ?? null, p99: p99 ?? null, mean: mean ?? null, max: max ?? null };
}

function otherPercentiles(summary: Summary, phase: Tags): KnownPercentile[] {
  const named = [0.5, 0.95, 0.99, 1];
  return knownPercentiles(latencyMetric(summary, phase)?.values ?? {}).filter(({ quantile }) => !named.includes(quantile));
}

function timing(summary: Summary, phase: Tags): RequestTimingMs | null {
  const mean = (part: string): number | null => valueOf(find(summary, `http_req_${part}`, phase), 'avg');
  const waiting = mean('waiting');
  if (waiting === null) return null;
  return {
    blocked: mean('blocked') ?? 0,
    connecting: mean('connecting') ?? 0,
    tls: mean('tls_handshaking') ?? 0,
    sending: mean('sending') ?? 0,
    waiting,
    receiving: mean('receiving') ?? 0,
  };
}

/** Thresholds that our script sets only so that k6 prints the sub-metric. They cannot be crossed and say nothing. */
function isBookkeeping(summary: Summary, { metric, expression }: ThresholdResult): boolean {
  return summary.note !== null && (/\{(window|stage):/.test(metric) || ['max>=0', 'count>=0', 'rate<=1'].includes(expression));
}

function subWindows(summary: Summary): SubWindow[] {
  if (summary.note === null) return [];
  const { windows, measureMs } = summary.note;
  const durationMs = measureMs / windows;
  return Array.from({ length: windows }, (_, index) => index).flatMap((index) => {
    const window = { window: String(index + 1) };
    const duration = find(summary, 'http_req_duration', { ...window, expected_response: 'true' });
    const { med, avg, 'p(95)': p95 } = duration?.values ?? {};
    if (duration === undefined || !hasSamples(duration) || med === undefined || avg === undefined || p95 === undefined) return [];
    const failed = find(summary, 'http_req_failed', window);
    const requests = (failed?.values['passes'] ?? 0) + (failed?.values['fails'] ?? 0);
    return [{ startMs: index * durationMs, durationMs, requests, p50Ms: med, p95Ms: p95, meanMs: avg, failedRatio: ratioOf(failed) }];
  });
}

function errorCounts(summary: Summary): Record<string, number> {
  const errors: Record<string, number> = {};
  for (const metric of summary.metrics) {
    const answer = metric.base === answersMetric ? metric.tags['answer'] : undefined;
    const count = metric.values['count'] ?? 0;
    if (answer !== undefined && count > 0) errors[answer] = count;
  }
  // Of warm-up and judged part together: what was sent before it and never answered was waiting in it.
  const started = valueOf(find(summary, startedMetric), 'count') ?? 0;
  const answered = valueOf(find(summary, 'http_reqs'), 'count') ?? 0;
  if (started > answered) errors[unansweredKey] = started - answered;
  return errors;
}
