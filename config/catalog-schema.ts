/** The shape of `responder.yaml`. Its keys are the contract; durations are milliseconds after parsing. Unknown keys are problems. */
import { z } from 'zod';
import {
  durationMs,
  flag,
  httpUrl,
  isRecord,
  mapping,
  nameKey,
  number,
  oneOf,
  secretRef,
  text,
  textOrSecret,
  textRecord,
  whole,
} from './catalog-fields.js';

const second = 1000;
const hour = 3_600_000;
const day = 24 * hour;

/** A rule over several keys. `when` lets it run although another key of the mapping is wrong, so that every problem shows at once. */
const together = (message: string, fix: string) => ({
  message,
  params: { fix, together: true },
  when: ({ value }: { value: unknown }) => isRecord(value),
});

export const hookSources = ['alertmanager', 'grafana', 'pagerduty', 'datadog', 'generic'] as const;
export type HookSource = (typeof hookSources)[number];

const remedyKinds = ['create-index', 'analyze-table', 'terminate-blocker', 'rollback', 'restart', 'runbook'] as const;
const profilerNames = ['auto', 'node', 'node-inspector', 'perf', 'py-spy', 'async-profiler', 'go-pprof'] as const;

const loadSchema = mapping({
  executor: oneOf(['constant-vus', 'constant-arrival-rate']).optional(),
  vus: whole('vus', 1, 50_000).optional(),
  rate: number('rate', 0.1, 100_000, 'requests per second', 60).optional(),
  duration: durationMs('duration', 10 * second, day, '60s').optional(),
  rampUp: durationMs('rampUp', 0, hour, '5s').optional(),
  warmUp: durationMs('warmUp', 0, hour, '5s').optional(),
  maxVus: whole('maxVus', 1, 50_000).optional(),
  script: text('the path of a k6 script', 'write e.g. script: k6/search.js').optional(),
})
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

const endpointSchema = mapping({
  method: oneOf(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']).optional(),
  url: httpUrl,
  headers: z.record(z.string(), textOrSecret).optional(),
  body: z.union([z.string(), z.record(z.string(), z.unknown()), z.array(z.unknown())]).optional(),
  budgets: budgetsSchema.optional(),
  load: loadSchema.optional(),
});

const allowLoadSchema = mapping({
  maxRate: number('maxRate', 0.1, 100_000, 'requests per second', 50),
  maxDuration: durationMs('maxDuration', 10 * second, day, '2m'),
  stopAtErrorRatio: number('stopAtErrorRatio', 0, 1, 'a ratio, 0.05 = 5 %', 0.05).optional(),
});

const locatorKeys = ['port', 'pid', 'pidFile', 'command'] as const;
const processSchema = mapping({
  port: whole('port', 1, 65_535).optional(),
  pid: whole('pid', 1, 4_194_304).optional(),
  pidFile: text('the path of a file with a process id', 'write e.g. pidFile: /run/shop.pid').optional(),
  command: text('a pattern for the command line of the process', 'write e.g. command: "node .*server"', isPattern).optional(),
  host: text('the name of the host whose agent captures', 'write e.g. host: web-1', (value) =>
    /^[A-Za-z0-9._-]{1,100}$/.test(value),
  ).optional(),
}).refine(
  (process) => locatorKeys.filter((key) => key in process).length === 1,
  together('exactly one of port, pid, pidFile, command', 'write e.g. process: { port: 8080 }'),
);

function isPattern(value: string): boolean {
  try {
    return new RegExp(value).source !== '';
  } catch {
    return false;
  }
}

const profilerMapping = mapping({
  pprofUrl: httpUrl.optional(),
  file: text('the path of a profile', 'write e.g. { file: captures/shop.folded }').optional(),
}).refine(
  (profiler) => Object.keys(profiler).length === 1,
  together('either pprofUrl or file', 'write e.g. profiler: { pprofUrl: http://127.0.0.1:6060 }'),
);

const profilerSchema = z.union([oneOf(profilerNames), profilerMapping]);

const databaseSchema = mapping({
  kind: oneOf(['postgres', 'mysql', 'redis']),
  connection: secretRef,
  safeCopy: secretRef.optional(),
});

/** `safeCopy` beside the only database of a service belongs to it; with several it must stand inside the one that is meant. */
function safeCopyInside(raw: unknown): unknown {
  if (!isRecord(raw) || !isRecord(raw['safeCopy']) || 'kind' in raw['safeCopy']) return raw;
  const { safeCopy, ...databases } = raw;
  const [only, ...more] = Object.entries(databases);
  return only === undefined || more.length > 0 || !isRecord(only[1]) ? raw : { [only[0]]: { safeCopy, ...only[1] } };
}

const databasesSchema = z.preprocess(safeCopyInside, z.record(nameKey, databaseSchema));

const command = (name: string, example: string) => text('a shell command', `write e.g. ${name}: ${example}`);
const repositorySchema = mapping({
  path: text('the path of a git repository', 'write e.g. path: ../shop'),
  good: text('a commit, tag or branch that was good', 'write e.g. good: v1.4.0').optional(),
  build: command('build', 'npm ci').optional(),
  start: command('start', 'node server.js'),
  health: text('an http address, {port} is filled in', 'write e.g. health: http://127.0.0.1:{port}/healthz', (value) =>
    URL.canParse(value.replaceAll('{port}', '80')),
  ),
  reset: command('reset', 'npm run db:reset').optional(),
  stop: command('stop', 'npm run stop').optional(),
  env: z.record(z.string(), textOrSecret).optional(),
  buildNetwork: flag('buildNetwork').optional(),
  buildWrites: z.array(text('a path that builds may write', 'write e.g. buildWrites: [~/.m2]')).optional(),
  buildTimeout: durationMs('buildTimeout', second, day, '10m').optional(),
  startTimeout: durationMs('startTimeout', 100, 300 * second, '60s').optional(),
  runDuration: durationMs('runDuration', second, 20 * second, '20s').optional(),
});

const notifierSchema = mapping({ kind: oneOf(['webhook']), url: textOrSecret });

/** Keys that `defaults` may give for every service. */
const serviceSettings = {
  environment: oneOf(['development', 'staging', 'production']).optional(),
  allowLoad: allowLoadSchema.optional(),
  process: processSchema.optional(),
  profiler: profilerSchema.optional(),
  databases: databasesSchema.optional(),
  repository: repositorySchema.optional(),
  remedies: z.array(oneOf(remedyKinds)).optional(),
  notify: z.array(notifierSchema).optional(),
};

const serviceSchema = mapping({ ...serviceSettings, endpoints: z.record(nameKey, endpointSchema) });

const sourceSchema = mapping({ bearer: secretRef.optional(), hmac: secretRef.optional() }).refine(
  (source) => Object.keys(source).length > 0,
  together('bearer or hmac, with a reference to a secret', 'write e.g. { bearer: { env: ALERTMANAGER_TOKEN } }'),
);

const hookSchema = mapping({
  listen: text(
    'HOST:PORT',
    'write e.g. listen: 127.0.0.1:8090',
    (value) => /^(\[[0-9A-Fa-f:]+\]|[^\s:]+):\d{1,5}$/.test(value) && Number(value.split(':').at(-1)) <= 65_535,
  ).optional(),
  sources: mapping({
    alertmanager: sourceSchema.optional(),
    grafana: sourceSchema.optional(),
    pagerduty: sourceSchema.optional(),
    datadog: sourceSchema.optional(),
    generic: sourceSchema.optional(),
  } satisfies Record<HookSource, unknown>).optional(),
});

const alertRuleSchema = mapping({
  match: textRecord.refine(
    (match) => Object.keys(match).length > 0,
    together('at least one label', 'write e.g. match: { alertname: HighLatency }'),
  ),
  endpoint: text('the key of an endpoint, service/endpoint', 'write e.g. endpoint: shop/place-order', (value) =>
    /^[^/]+\/[^/]+$/.test(value),
  ),
});

export const catalogSchema = mapping({
  version: z.unknown().transform((raw, context): 1 => {
    if (raw === 1) return 1;
    context.addIssue({ code: 'custom', message: '1', params: { fix: 'write version: 1' } });
    return z.NEVER;
  }),
  defaults: mapping({ ...serviceSettings, load: loadSchema.optional() }).optional(),
  hook: hookSchema.optional(),
  alerts: z.array(alertRuleSchema).optional(),
  services: z
    .record(nameKey, serviceSchema)
    .refine(
      (services) => Object.keys(services).length > 0,
      together('at least one service', 'write e.g. services: { shop: { endpoints: … } }'),
    ),
});

export type CatalogDocument = z.output<typeof catalogSchema>;
export type CatalogService = z.output<typeof serviceSchema>;
export type CatalogEndpoint = z.output<typeof endpointSchema>;
export type CatalogLoad = z.output<typeof loadSchema>;
export type CatalogRepository = z.output<typeof repositorySchema>;
