/** How an endpoint is called, what it may cost, how it is loaded and how much load its service allows. */
import { z } from 'zod';
import { durationMs, httpUrl, isRecord, mapping, number, oneOf, text, textOrSecret, together, whole } from '../catalog-fields.js';
import { problemAt, type CatalogProblem, type CatalogSource } from '../catalog-problems.js';
import type { CatalogFragment } from './fragment.js';
import { day, hour, second } from './spans.js';
import { writtenEndpointKeys } from './written.js';

const stageSchema = mapping({
  name: text('a name of small letters, digits and hyphens', 'write e.g. name: peak', (name) =>
    /^[a-z0-9][a-z0-9-]*$/.test(name),
  ).optional(),
  rate: number('rate', 0, 100_000, 'requests per second', 60).optional(),
  vus: whole('vus', 0, 50_000).optional(),
  to: number('to', 0, 100_000, 'the rate or the users at its end', 120).optional(),
  duration: durationMs('duration', second, day, '30s'),
}).refine(
  (stage) => (stage.rate === undefined) !== (stage.vus === undefined),
  together('either rate or vus in a stage', 'write e.g. { rate: 60, duration: 30s }, or { rate: 20, to: 60, duration: 30s } for a ramp'),
);

export const loadSchema = mapping({
  executor: oneOf(['constant-vus', 'constant-arrival-rate']).optional(),
  vus: whole('vus', 1, 50_000).optional(),
  rate: number('rate', 0.1, 100_000, 'requests per second', 60).optional(),
  duration: durationMs('duration', 10 * second, day, '60s').optional(),
  rampUp: durationMs('rampUp', 0, hour, '5s').optional(),
  warmUp: durationMs('warmUp', 0, hour, '5s').optional(),
  maxVus: whole('maxVus', 1, 50_000).optional(),
  script: text('the path of a k6 script', 'write e.g. script: k6/search.js').optional(),
  stages: z.array(stageSchema).min(1).optional(),
})
  .refine(
    (load) => load.stages === undefined || (load.rate ?? load.vus ?? load.duration ?? load.script) === undefined,
    together('no rate, vus, duration or script beside stages', 'give each stage its own rate or vus, and its duration'),
  )
  .refine(
    (load) => load.executor !== 'constant-vus' || load.rate === undefined,
    together('no rate beside executor: constant-vus', 'remove rate, or write executor: constant-arrival-rate'),
  )
  .refine(
    (load) => typeof load.maxVus !== 'number' || typeof load.vus !== 'number' || load.maxVus >= load.vus,
    together('maxVus at least as large as vus', 'raise maxVus or lower vus'),
  );

const budgetsSchema = mapping({
  p50Ms: number('p50Ms', 0.001, 3_600_000, 'milliseconds', 100).optional(),
  p95Ms: number('p95Ms', 0.001, 3_600_000, 'milliseconds', 250).optional(),
  p99Ms: number('p99Ms', 0.001, 3_600_000, 'milliseconds', 800).optional(),
  errorRatio: number('errorRatio', 0, 1, 'a ratio, 0.01 = 1 %', 0.01).optional(),
  minRequestRate: number('minRequestRate', 0.001, 1_000_000, 'requests per second, at least', 20).optional(),
}).refine((budgets) => Object.keys(budgets).length > 0, together('at least one budget', 'write e.g. budgets: { p95Ms: 250 }'));

const allowLoadSchema = mapping({
  maxRate: number('maxRate', 0.1, 100_000, 'requests per second', 50),
  maxDuration: durationMs('maxDuration', 10 * second, day, '2m'),
  stopAtErrorRatio: number('stopAtErrorRatio', 0, 1, 'a ratio, 0.05 = 5 %', 0.05).optional(),
});

/** The open model needs a rate, from the endpoint or from the defaults. */
function missingRates(source: CatalogSource): CatalogProblem[] {
  const at = (value: unknown, key: string): unknown => (isRecord(value) ? value[key] : undefined);
  const inherited = at(at(source.value, 'defaults'), 'load');
  return writtenEndpointKeys(source.value).flatMap((key) => {
    const [service = '', endpoint = ''] = key.split('/');
    const written = at(at(at(at(at(source.value, 'services'), service), 'endpoints'), endpoint), 'load');
    const executor = at(written, 'executor') ?? at(inherited, 'executor');
    const rate = at(written, 'rate') ?? at(inherited, 'rate');
    const stages = at(written, 'stages') ?? at(inherited, 'stages');
    if (executor !== 'constant-arrival-rate' || rate !== undefined || stages !== undefined) return [];
    const path = ['services', service, 'endpoints', endpoint, 'load', 'rate'];
    return [
      problemAt(source, path, {
        expected: 'a rate beside executor: constant-arrival-rate',
        came: 'nothing',
        fix: 'write e.g. rate: 60 (requests per second)',
      }),
    ];
  });
}

export const load = {
  service: {
    environment: oneOf(['development', 'staging', 'production']).optional(),
    allowLoad: allowLoadSchema.optional(),
  },
  endpoint: {
    method: oneOf(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']).optional(),
    url: httpUrl,
    headers: z.record(z.string(), textOrSecret).optional(),
    body: z.union([z.string(), z.record(z.string(), z.unknown()), z.array(z.unknown())]).optional(),
    budgets: budgetsSchema.optional(),
    load: loadSchema.optional(),
  },
  problems: missingRates,
} satisfies CatalogFragment;
