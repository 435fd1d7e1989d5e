/** How a service is run: who owns it, how it tells its health, where its logs are, how it is deployed. Read by checks, runbooks and incidents. */
import { z } from 'zod';
import { durationMs, httpUrl, mapping, nameKey, number, secretRef, text, together } from '../catalog-fields.js';
import type { CatalogProblem, CatalogSource } from '../catalog-problems.js';
import { isRecord } from '../catalog-fields.js';
import type { CatalogFragment } from './fragment.js';
import { unknownName, writtenPeople } from './on-call.js';

const second = 1000;
const day = 86_400_000;

const logSchema = mapping({
  file: text('the path of a log, with * for several', 'write e.g. { file: /var/log/shop/*.log }').optional(),
  journal: text('the name of a unit', 'write e.g. { journal: shop }').optional(),
  docker: text('the name of a container', 'write e.g. { docker: shop }').optional(),
  kubernetes: mapping({ namespace: nameKey, selector: text('a label selector', 'write e.g. selector: app=shop') }).optional(),
  loki: httpUrl.optional(),
  query: text('a LogQL selector', `write e.g. query: '{app="shop"}'`).optional(),
}).refine(
  (log) => Object.keys(log).filter((key) => key !== 'query').length === 1 && 'loki' in log === 'query' in log,
  together('exactly one of file, journal, docker, kubernetes, loki (with query)', 'write e.g. logs: [{ file: /var/log/shop/*.log }]'),
);
export type CatalogLog = z.output<typeof logSchema>;

const command = (key: string) =>
  z.array(text('a text', `write e.g. ${key}: [./deploy.sh, --${key}]`), { error: `a list of the program and its arguments` }).optional();

const deploySchema = mapping({
  rollback: command('rollback'),
  restart: command('restart'),
  versionUrl: httpUrl.optional(),
  argocd: mapping({
    api: httpUrl,
    application: text('the name of an application', 'write e.g. application: shop'),
    token: secretRef.optional(),
  }).optional(),
  github: mapping({
    repository: text('OWNER/NAME of a repository', 'write e.g. repository: acme/shop', (value) => /^[\w.-]+\/[\w.-]+$/.test(value)),
    api: httpUrl.optional(),
    token: secretRef.optional(),
  }).optional(),
});

const metricsSchema = mapping({
  errors: text('a PromQL expression', 'write the ratio of failed requests').optional(),
  p95: text('a PromQL expression', 'write the 95th percentile in seconds').optional(),
  traffic: text('a PromQL expression', 'write requests per second').optional(),
});

const sloSchema = mapping({
  objective: number('objective', 0.5, 0.999_999, 'a ratio, 0.999 = 99.9 %', 0.999),
  period: durationMs('period', day, 366 * day, '30d'),
});

const valueSchema = mapping({
  amount: number('amount', 0, 1e9, 'of the currency', 0.8),
  currency: text('a currency', 'write e.g. currency: EUR', (value) => /^[A-Z]{3}$/.test(value)),
});

function problems(source: CatalogSource): CatalogProblem[] {
  const known = writtenPeople(source.value);
  const services = isRecord(source.value) && isRecord(source.value['services']) ? Object.entries(source.value['services']) : [];
  return services.flatMap(([name, service]) => {
    const owners: unknown[] = isRecord(service) && Array.isArray(service['owner']) ? service['owner'] : [];
    return owners.flatMap((owner, index) => unknownName(source, ['services', name, 'owner', index], owner, known));
  });
}

export const operations = {
  top: { observability: mapping({ prometheus: httpUrl.optional() }).optional() },
  service: {
    owner: z.array(text('a person of people', 'write e.g. owner: [carol]')).optional(),
    critical: z.boolean({ error: 'true or false' }).optional(),
    health: z.array(httpUrl, { error: 'a list of addresses' }).optional(),
    slowAfter: durationMs('slowAfter', 0.01 * second, 60 * second, '1s').optional(),
    logs: z.array(logSchema, { error: 'a list of logs' }).optional(),
    dependencies: z.array(httpUrl, { error: 'a list of addresses' }).optional(),
    deploy: deploySchema.optional(),
    metrics: metricsSchema.optional(),
    slo: sloSchema.optional(),
    valuePerRequest: valueSchema.optional(),
    runbooks: z.array(text('a folder or file', 'write e.g. runbooks: [runbooks/]'), { error: 'a list of folders and files' }).optional(),
  },
  problems,
} satisfies CatalogFragment;
