/** What is wanted of a service and which knobs may be turned for it. Read and checked here so that one file serves every wing; nothing turns a knob yet. */
import { z } from 'zod';
import { flag, mapping, nameKey, number, oneOf, text, together } from '../catalog-fields.js';
import type { CatalogFragment } from './fragment.js';

const targetsSchema = mapping({
  p50Ms: number('p50Ms', 0.001, 3_600_000, 'milliseconds', 100).optional(),
  p95Ms: number('p95Ms', 0.001, 3_600_000, 'milliseconds', 500).optional(),
  p99Ms: number('p99Ms', 0.001, 3_600_000, 'milliseconds', 1000).optional(),
  requestRate: number('requestRate', 0.001, 10_000_000, 'requests per second', 1000).optional(),
  errorRatio: number('errorRatio', 0, 1, 'a ratio, 0.01 = 1 %', 0.01).optional(),
}).refine((targets) => Object.keys(targets).length > 0, together('at least one target', 'write e.g. targets: { p95Ms: 500 }'));

const trafficSchema = mapping({
  rate: number('rate', 0.001, 10_000_000, 'requests per second', 40).optional(),
  accessLog: text('the path of an access log', 'write e.g. accessLog: /var/log/shop/access.log').optional(),
  clientBandwidth: text('a bandwidth with its unit', 'write e.g. clientBandwidth: 20Mbit', (value) =>
    /^\d+(?:\.\d+)?(?:k|M|G)bit$/.test(value),
  ).optional(),
});

/** A bound is a number, or a size as the database writes it. */
const bound = z.union([z.number(), z.string().regex(/^\d+(?:\.\d+)?\s?(?:B|kB|MB|GB|TB)$/)], { error: 'a number, or a size such as 4MB' });
const words = (example: string) => z.array(text('a text', `write e.g. ${example}`), { error: 'a list of the program and its arguments' });

const tunableSchema = mapping({
  kind: oneOf(['file', 'postgres', 'redis', 'command']),
  file: text('the path of a file', 'write e.g. file: config/shop.json').optional(),
  path: text('a JSON pointer', 'write e.g. path: /database/pool', (value) => value.startsWith('/')).optional(),
  database: nameKey.optional(),
  parameter: text('the name of a parameter', 'write e.g. parameter: work_mem').optional(),
  set: words("set: [./scale.sh, '{{value}}']").optional(),
  get: words('get: [./scale.sh]').optional(),
  min: bound.optional(),
  max: bound.optional(),
  values: z.array(z.union([z.boolean(), z.number(), z.string()]), { error: 'a list of values' }).optional(),
  restart: flag('restart').optional(),
}).refine(
  (knob) => 'values' in knob || ('min' in knob && 'max' in knob),
  together('min and max, or values', 'write e.g. { kind: file, file: config/shop.json, path: /pool, min: 5, max: 50 }'),
);

const pricesSchema = mapping({
  cpuHour: number('cpuHour', 0, 1e6, 'of the currency', 0.03).optional(),
  memoryGiBHour: number('memoryGiBHour', 0, 1e6, 'of the currency', 0.004).optional(),
  dayRate: number('dayRate', 0, 1e6, 'of the currency', 800).optional(),
  currency: text('a currency', 'write e.g. currency: EUR', (value) => /^[A-Z]{3}$/.test(value)),
  source: text('where the prices are from', 'write e.g. source: our contract').optional(),
});

const testDataSchema = mapping({
  database: nameKey,
  table: text('the name of a table', 'write e.g. table: orders'),
  where: text('a condition that only rows of our loads fulfil', `write e.g. where: "source = 'load-test'"`),
});

export const wanted = {
  service: {
    targets: targetsSchema.optional(),
    traffic: trafficSchema.optional(),
    tunables: z.record(nameKey, tunableSchema).optional(),
    testData: z.array(testDataSchema, { error: 'a list of tables' }).optional(),
    prices: pricesSchema.optional(),
  },
  endpoint: { targets: targetsSchema.optional() },
} satisfies CatalogFragment;
