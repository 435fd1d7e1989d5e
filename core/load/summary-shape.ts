import { z } from 'zod';
import type { LoadStage } from '../model/load-stages.js';
import { UnreadableInputError } from '../model/errors.js';
import type { LoadFormat } from '../model/load-result.js';
import { parseMetricName, type MetricName } from './metric-name.js';

/** One metric in one spelling, whichever summary it came from: `rate`, `med`, `p(95)`, `count`. */
export interface SummaryMetric extends MetricName {
  name: string;
  values: Record<string, number>;
  /** `passed` is what k6 said, null when it said nothing that can be read. */
  thresholds: { expression: string; passed: boolean | null }[];
}

/** What our own script adds to its summary, so that the judged part can be told from the warm-up. */
interface ScriptNote {
  warmUpMs: number;
  measureMs: number;
  windows: number;
  /** Iterations planned per second; null in the closed model. */
  rate: number | null;
  stages?: LoadStage[] | undefined;
}

export interface Summary {
  format: LoadFormat;
  k6Version: string | null;
  durationMs: number | null;
  metrics: SummaryMetric[];
  note: ScriptNote | null;
}

const numbers = z.record(z.string(), z.unknown());
const flagged = z.record(z.string(), z.unknown()).optional();
const stageSchema = z.object({
  name: z.string(),
  model: z.enum(['open', 'closed']),
  from: z.number(),
  to: z.number(),
  startMs: z.number(),
  durationMs: z.number().positive(),
  isJudged: z.boolean(),
});
const handleSummarySchema = z.object({
  metrics: z.record(z.string(), z.object({ values: numbers, thresholds: flagged })),
  state: z.object({ testRunDurationMs: z.number() }).optional(),
  responder: z
    .object({
      warmUpMs: z.number(),
      measureMs: z.number(),
      // Our script has a dozen at most (`script-plan.ts`); each costs a row, so no number of a file decides how many.
      windows: z.number().int().positive().max(1000),
      rate: z.number().nullable(),
      stages: z.array(stageSchema).optional(),
    })
    .optional(),
});
const exportSchema = z.object({ metrics: z.record(z.string(), numbers) });
const machineReadableSchema = z.object({
  config: z.object({ duration: z.number() }).partial().optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
  results: z.object({ metrics: z.array(z.object({ name: z.string(), values: numbers })) }),
});

const expectation =
  'expected a k6 summary: the data of handleSummary, a --summary-export file or a machine-readable summary; make one with k6 run --summary-export summary.json script.js';

/** Parses the text of any of the three k6 summaries. Throws UnreadableInputError when it is none. */
export function parseSummary(text: string): Summary {
  const document = parseJson(text);
  const machineReadable = machineReadableSchema.safeParse(document);
  if (machineReadable.success) return fromMachineReadable(machineReadable.data);
  const handled = handleSummarySchema.safeParse(document);
  if (handled.success && Object.keys(handled.data.metrics).length > 0) return fromHandleSummary(handled.data);
  const exported = exportSchema.safeParse(document);
  if (exported.success && looksLikeK6(document, Object.keys(exported.data.metrics))) {
    if (!handled.success && hasNestedValues(exported.data.metrics))
      throw new UnreadableInputError(
        `${expectation}; got the data of handleSummary with parts that are none: ${z.prettifyError(handled.error)}`,
      );
    // An empty run has no metric that could tell the two shapes apart; only handleSummary's data has a state.
    return handled.success && handled.data.state !== undefined ? fromHandleSummary(handled.data) : fromExport(exported.data);
  }
  throw new UnreadableInputError(`${expectation}; got JSON of another shape (${describe(document)})`);
}

/** Only the data of handleSummary has the numbers of a metric in an object of their own: read as an export it would be a run without requests. */
function hasNestedValues(metrics: Record<string, Record<string, unknown>>): boolean {
  return Object.values(metrics).some(({ values }) => typeof values === 'object' && values !== null);
}

/** Whether a JSON document is one of the three. */
export function isK6Summary(document: unknown): boolean {
  if (machineReadableSchema.safeParse(document).success) return true;
  const handled = handleSummarySchema.safeParse(document);
  if (handled.success && Object.keys(handled.data.metrics).length > 0) return true;
  const exported = exportSchema.safeParse(document);
  return exported.success && looksLikeK6(document, Object.keys(exported.data.metrics));
}

function parseJson(text: string): unknown {
  if (text.trim() === '') throw new UnreadableInputError(`${expectation}; got an empty file`);
  try {
    return JSON.parse(text);
  } catch (error) {
    if (/^\s*\{"(type|metric)":/.test(text) && text.includes('"Point"')) {
      throw new UnreadableInputError(`${expectation}; got the stream of single points that --out json writes`, { cause: error });
    }
    throw new UnreadableInputError(`${expectation}; got text that is no JSON (${error instanceof Error ? error.message : String(error)})`, {
      cause: error,
    });
  }
}

/** A file with a key `metrics` may be anything: a k6 summary has a group tree, or at least one metric that k6 always has. */
function looksLikeK6(document: unknown, names: string[]): boolean {
  const known =
    /^(?:http_reqs?(?:_.|\{|$)|(?:iterations|iteration_duration|vus|vus_max|data_sent|data_received|checks|dropped_iterations)(?:\{|$))/;
  return names.some((name) => known.test(name)) || (typeof document === 'object' && document !== null && 'root_group' in document);
}

function describe(document: unknown): string {
  if (Array.isArray(document)) return 'a list';
  if (document === null) return 'null';
  if (typeof document !== 'object') return typeof document;
  const keys = Object.keys(document).slice(0, 5);
  return keys.length === 0 ? 'an empty object' : `keys ${keys.join(', ')}`;
}

function fromHandleSummary(data: z.infer<typeof handleSummarySchema>): Summary {
  const metrics = Object.entries(data.metrics).map(([name, { values, thresholds }]) => ({
    ...named(name, values),
    thresholds: Object.entries(thresholds ?? {}).map(([expression, flag]) => ({ expression, passed: okField(flag) })),
  }));
  return {
    format: 'handle-summary',
    k6Version: null,
    durationMs: data.state?.testRunDurationMs ?? null,
    metrics,
    note: data.responder ?? null,
  };
}

function okField(flag: unknown): boolean | null {
  const parsed = z.object({ ok: z.boolean() }).safeParse(flag);
  return parsed.success ? parsed.data.ok : null;
}

/** In this shape alone a threshold's flag is inverted: `true` means crossed (k6's source: `= !threshold.ok`). */
function fromExport(data: z.infer<typeof exportSchema>): Summary {
  const metrics = Object.entries(data.metrics).map(([name, { thresholds, ...values }]) => {
    return { ...named(name, values), thresholds: exportedThresholds(thresholds) };
  });
  return { format: 'summary-export', k6Version: null, durationMs: durationFromCounters(metrics), metrics, note: null };
}

/** Some exports list the expressions without any flag; then the numbers alone decide. */
function exportedThresholds(thresholds: unknown): SummaryMetric['thresholds'] {
  if (Array.isArray(thresholds)) {
    return thresholds.filter((item) => typeof item === 'string').map((expression) => ({ expression, passed: null }));
  }
  const flags = numbers.safeParse(thresholds);
  return Object.entries(flags.success ? flags.data : {}).map(([expression, crossed]) => ({
    expression,
    passed: typeof crossed === 'boolean' ? !crossed : okField(crossed),
  }));
}

function fromMachineReadable(data: z.infer<typeof machineReadableSchema>): Summary {
  const metrics = data.results.metrics.map(({ name, values }) => ({ ...named(name, values), thresholds: [] }));
  const version = data.metadata?.['k6_version'] ?? data.metadata?.['k6Version'];
  const seconds = data.config?.duration;
  return {
    format: 'machine-readable',
    k6Version: typeof version === 'string' ? version : null,
    durationMs: seconds === undefined ? durationFromCounters(metrics) : seconds * 1000,
    metrics,
    note: null,
  };
}

/** A counter's rate is its count ÷ the run's duration, which this shape does not tell otherwise. */
function durationFromCounters(metrics: { name: string; values: Record<string, number> }[]): number | null {
  for (const name of ['iterations', 'http_reqs', 'data_sent', 'data_received']) {
    const { count, rate } = metrics.find((metric) => metric.name === name)?.values ?? {};
    if (count !== undefined && rate !== undefined && count > 0 && rate > 0) return (count / rate) * 1000;
  }
  return null;
}

function named(name: string, raw: Record<string, unknown>): Omit<SummaryMetric, 'thresholds'> {
  return { name, ...parseMetricName(name), values: normalizedValues(raw) };
}

/** One spelling for all shapes: `value` of a rate → `rate`, `matches`/`total` → `passes`/`fails`, `p95` → `p(95)`, `p(50)` → `med`. */
function normalizedValues(raw: Record<string, unknown>): Record<string, number> {
  const values: Record<string, number> = {};
  for (const [key, value] of Object.entries(raw)) {
    if (typeof value !== 'number' || !Number.isFinite(value)) continue;
    const percentile = /^p\(?(\d+(?:\.\d+)?)\)?$/.exec(key)?.[1];
    values[percentile === undefined ? key : percentile === '50' ? 'med' : `p(${Number(percentile)})`] = value;
  }
  const { matches, total, passes, fails, value } = values;
  if (matches !== undefined && total !== undefined) {
    values['passes'] = matches;
    values['fails'] = total - matches;
  }
  if (passes !== undefined && fails !== undefined && value !== undefined) values['rate'] ??= value;
  return values;
}
