/** What a service's expressions measured over a time, from Prometheus. */
import { z } from 'zod';
import type { Catalog } from '../../../config/catalog.js';
import type { Series } from '../../../core/command/rca/onset.js';
import { lookAtUrl } from '../http-look.js';

const withinMs = 10_000;
/** As fine as Prometheus mostly scrapes; an hour is 240 samples then. */
const leastStepS = 15;
/** Prometheus refuses more than 11,000 points of a series. */
const mostPoints = 10_000;
const answerSchema = z.object({
  status: z.string(),
  error: z.string().optional(),
  data: z.object({ result: z.array(z.object({ values: z.array(z.tuple([z.number(), z.string()])) })) }).optional(),
});

export type RangeReading = { samples: Series['samples'] } | { why: string };

/** One PromQL expression over `[fromMs, toMs]`, times of the epoch. More than one series is refused, as of a single reading. */
export async function askRange(
  origin: string,
  query: string,
  { fromMs, toMs }: { fromMs: number; toMs: number },
  signal: AbortSignal,
): Promise<RangeReading> {
  const stepS = Math.max(leastStepS, Math.ceil((toMs - fromMs) / 1000 / mostPoints));
  const parameters = new URLSearchParams({ query, start: String(fromMs / 1000), end: String(toMs / 1000), step: `${stepS}s` });
  const url = `${origin.replace(/(?<!\/)\/+$/, '')}/api/v1/query_range?${parameters.toString()}`;
  const { status, text, error } = await lookAtUrl(url, { signal, withinMs });
  if (error !== null) return { why: `Prometheus at ${origin}: ${error}` };
  const answer = parse(text);
  if (answer === null) return { why: `Prometheus at ${origin} answered ${status ?? ''} and no result of a query` };
  if (answer.data === undefined) return { why: `Prometheus refused the query: ${answer.error ?? answer.status}` };
  const [series, second] = answer.data.result;
  if (series === undefined) return { why: 'no series: nothing was scraped under these labels' };
  if (second !== undefined) return { why: `${answer.data.result.length} series where one was expected; sum them in the expression` };
  return { samples: series.values.map(([seconds, value]) => ({ atMs: seconds * 1000, value: Number(value) })) };
}

function parse(text: string): z.output<typeof answerSchema> | null {
  try {
    return answerSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

const signals = ['errors', 'p95', 'traffic'] as const;

export interface Readings {
  series: Series[];
  /** What could not be read, and why. */
  unread: { service: string; signal: string; why: string }[];
}

/** All expressions that the catalog has for the services, side by side. */
export async function readSeries(
  catalog: Catalog,
  services: readonly string[],
  window: { fromMs: number; toMs: number },
  signal: AbortSignal,
): Promise<Readings> {
  const origin = catalog.observability?.prometheus;
  const wanted = services.flatMap((service) =>
    signals.flatMap((name) => {
      const query = catalog.services[service]?.metrics?.[name];
      return query === undefined ? [] : [{ service, signal: name, query }];
    }),
  );
  if (origin === undefined)
    return { series: [], unread: wanted.map(({ query: _, ...one }) => ({ ...one, why: 'the catalog names no Prometheus' })) };
  const read = await Promise.all(
    wanted.map(async ({ query, ...one }) => ({ ...one, reading: await askRange(origin, query, window, signal) })),
  );
  return {
    series: read.flatMap(({ reading, ...one }) => ('samples' in reading ? [{ ...one, samples: reading.samples }] : [])),
    unread: read.flatMap(({ reading, ...one }) => ('why' in reading ? [{ ...one, why: reading.why }] : [])),
  };
}
