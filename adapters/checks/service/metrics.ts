import { z } from 'zod';
import type { CatalogService } from '../../../config/catalog-schema.js';
import { judged, unknownFinding, type Finding } from '../../../core/command/checks/check.js';
import { lookAtUrl } from '../http-look.js';
import type { Check } from '../check.js';

const withinMs = 8_000;
const answerSchema = z.object({
  status: z.string(),
  error: z.string().optional(),
  data: z.object({ resultType: z.string(), result: z.union([z.array(z.unknown()), z.tuple([z.number(), z.string()])]) }).optional(),
});
const sampleSchema = z.object({ value: z.tuple([z.number(), z.string()]) });
const pair = z.tuple([z.number(), z.string()]);

export type MetricReading = { value: number } | { why: string };

function parse(text: string): z.output<typeof answerSchema> | null {
  try {
    return answerSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Values are texts; `NaN` is what a ratio without traffic gives, and no traffic is not healthy but unknown. */
function valueOf(text: string): MetricReading {
  const value = text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text);
  if (Number.isNaN(value)) return { why: 'NaN: there was no traffic to tell it from' };
  return Number.isFinite(value) ? { value } : { why: `${text}: the expression divides by nothing` };
}

/** One PromQL expression right now. More than one series is refused: a sum or a maximum is the expression's own business. */
export async function askPrometheus(origin: string, query: string, signal: AbortSignal): Promise<MetricReading> {
  const url = `${origin.replace(/(?<!\/)\/+$/, '')}/api/v1/query?query=${encodeURIComponent(query)}&timeout=7s`;
  const { status, text, error } = await lookAtUrl(url, { signal, withinMs });
  if (error !== null) return { why: `Prometheus at ${origin}: ${error}` };
  const answer = parse(text);
  if (answer === null) return { why: `Prometheus at ${origin} answered ${status ?? ''} and no result of a query` };
  if (answer.status !== 'success' || answer.data === undefined)
    return { why: `Prometheus refused the query: ${answer.error ?? answer.status}` };
  const { result, resultType } = answer.data;
  if (resultType === 'scalar') return valueOf(pair.parse(result)[1]);
  if (result.length === 0) return { why: 'no series: nothing is scraped under these labels' };
  if (result.length > 1) return { why: `${result.length} series where one was expected; sum them in the expression` };
  const sample = sampleSchema.safeParse(result[0]);
  return sample.success ? valueOf(sample.data.value[1]) : { why: `a ${resultType} where one value was expected` };
}

const kinds = ['errors', 'p95', 'traffic'] as const;
type Kind = (typeof kinds)[number];

/** The tightest budget among the endpoints: the service's number is of all of them. A service without one is told and not judged. */
function limitOf(kind: Kind, service: CatalogService): number | null {
  const budgets = Object.values(service.endpoints).map(({ budgets: one }) => one ?? {});
  const least = (values: readonly (number | undefined)[]): number | null => {
    const known = values.filter((value) => value !== undefined);
    return known.length === 0 ? null : Math.min(...known);
  };
  switch (kind) {
    case 'errors':
      return least(budgets.map(({ errorRatio }) => errorRatio)) ?? (service.slo === undefined ? null : 1 - service.slo.objective);
    case 'p95': {
      const ms = least(budgets.map(({ p95Ms }) => p95Ms));
      return ms === null ? null : ms / 1000;
    }
    case 'traffic':
      return null;
  }
}

function words(kind: Kind, value: number): string {
  if (kind === 'errors') return `${(value * 100).toFixed(2)} % of requests fail (ratio)`;
  return kind === 'p95'
    ? `95 of 100 requests take up to ${(value * 1000).toFixed(0)} ms (seconds)`
    : `${value.toFixed(1)} requests a second`;
}

async function look(origin: string | undefined, kind: Kind, service: CatalogService, query: string, signal: AbortSignal): Promise<Finding> {
  if (origin === undefined) return unknownFinding('the catalog names no Prometheus', 'Write observability: { prometheus: http://… }.');
  const command = `promtool query instant ${origin} '${query.replaceAll("'", String.raw`'\''`)}'`;
  const reading = await askPrometheus(origin, query, signal);
  if ('why' in reading) return unknownFinding(reading.why, `Try the expression of metrics.${kind} in Prometheus.`, command);
  const { value } = reading;
  if (kind === 'traffic')
    return judged(
      value,
      { warn: 0, fail: null, isLess: true },
      { detail: words(kind, value), command, remedy: 'Nothing arrives: look in front of the service (DNS, balancer, TLS).' },
    );
  const limit = limitOf(kind, service);
  const remedy = 'Triage its endpoints: perf-responder triage SERVICE/ENDPOINT.';
  return judged(value, { warn: null, fail: limit }, { detail: words(kind, value), command, remedy });
}

export const metrics: Check = {
  id: 'service.metrics',
  area: 'service',
  title: 'errors, 95th percentile and traffic as Prometheus has them, against the budgets',
  plan: ({ catalog, services }) =>
    services.flatMap((name) => {
      const service = catalog.services[name];
      if (service === undefined) return [];
      return kinds.flatMap((kind) => {
        const query = service.metrics?.[kind];
        if (query === undefined) return [];
        return [
          {
            target: `${name} ${kind}`,
            look: (signal: AbortSignal) => look(catalog.observability?.prometheus, kind, service, query, signal),
          },
        ];
      });
    }),
};
