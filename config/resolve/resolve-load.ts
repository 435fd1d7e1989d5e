import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { TriageOptions } from '../../activities/contract.js';
import { RefusedError } from '../../core/model/errors.js';
import { stagedPlan } from '../../core/load/stages/staged-plan.js';
import type { LoadPlan } from '../../core/model/load-result.js';
import type { LoadStage } from '../../core/model/load-stages.js';
import type { Catalog } from '../catalog.js';
import type { CatalogLoad } from '../catalog-schema.js';
import { formatDuration } from '../duration.js';
import type { FoundEndpoint } from './find-endpoint.js';

/** What the prompt this project started from used, and enough for a p95: 60 s of 20 virtual users. */
const fallback = { vus: 20, durationMs: 60_000 };
/** Shorter windows cannot carry a verdict; the same bound as the catalog's. */
const shortestWindowMs = 10_000;
const longestWindowMs = 24 * 3_600_000;

/** The nearer layer wins key by key. A layer that names a rate without an executor means the open model; one that names a level or a length means no stages. */
function layered(layers: (CatalogLoad | undefined)[]): CatalogLoad {
  return layers.reduce<CatalogLoad>((below, layer) => {
    if (layer === undefined) return below;
    const implied: CatalogLoad = layer.executor === undefined && layer.rate !== undefined ? { executor: 'constant-arrival-rate' } : {};
    const isOneLevel = layer.stages === undefined && (layer.rate ?? layer.vus ?? layer.duration) !== undefined;
    return { ...below, ...implied, ...(isOneLevel ? { stages: undefined } : {}), ...layer };
  }, {});
}

function within(name: string, value: number | undefined, minimum: number, maximum: number, unit: string): void {
  if (value === undefined || (value >= minimum && value <= maximum)) return;
  throw new RefusedError(`${name}: expected ${minimum} to ${maximum}${unit}, got ${value}; choose a value in between`);
}

function optionsLayer(options: TriageOptions): CatalogLoad {
  within('--rate', options.rate, 0.1, 100_000, ' requests per second');
  within('--vus', options.vus, 1, 50_000, ' users');
  if (options.durationMs !== undefined && (options.durationMs < shortestWindowMs || options.durationMs > longestWindowMs)) {
    throw new RefusedError(`--duration: expected 10s to 24h, got ${formatDuration(options.durationMs)}; choose a value in between`);
  }
  if (options.rate !== undefined && options.vus !== undefined) {
    throw new RefusedError('load: expected --rate or --vus, got both; --rate offers a fixed rate, --vus a fixed number of users');
  }
  return {
    ...(options.durationMs === undefined ? {} : { duration: options.durationMs }),
    ...(options.rate === undefined ? {} : { executor: 'constant-arrival-rate' as const, rate: options.rate }),
    ...(options.vus === undefined ? {} : { executor: 'constant-vus' as const, vus: options.vus }),
  };
}

function scriptPath(catalog: Catalog, load: CatalogLoad, options: TriageOptions): string | null {
  const script = options.script ?? (load.script === undefined ? undefined : resolve(catalog.directory, load.script));
  if (script === undefined) return null;
  if (existsSync(script)) return script;
  throw new RefusedError(`k6 script: expected a file at ${script}, but there is none; correct load.script in the catalog or --script`);
}

/** Production is loaded only with `allowLoad`, never above its caps: a wish above them is refused, the catalog's own load is lowered to them. */
function capped(plan: LoadPlan, found: FoundEndpoint, options: TriageOptions): LoadPlan {
  if ((found.service.environment ?? 'development') !== 'production') return plan;
  const caps = found.service.allowLoad;
  if (caps === undefined) {
    throw new RefusedError(
      `target not allowed: ${found.serviceName} is production and the catalog has no allowLoad for it; write e.g. allowLoad: { maxRate: 50, maxDuration: 2m, stopAtErrorRatio: 0.05 }`,
    );
  }
  if (plan.script !== null) {
    throw new RefusedError(
      `target not allowed: ${found.serviceName} is production and the load of a script of one's own cannot be capped; remove load.script or --script`,
    );
  }
  if (options.rate !== undefined && options.rate > caps.maxRate) {
    throw new RefusedError(
      `--rate: expected at most ${caps.maxRate} requests per second (allowLoad.maxRate of ${found.serviceName}), got ${options.rate}; lower it`,
    );
  }
  const leadMs = plan.rampUpMs + plan.warmUpMs;
  if ((options.durationMs ?? 0) + leadMs > caps.maxDuration || leadMs + shortestWindowMs > caps.maxDuration) {
    throw new RefusedError(
      `duration: expected at most ${formatDuration(caps.maxDuration)} with ramp-up and warm-up (allowLoad.maxDuration of ${found.serviceName}), got ${formatDuration(plan.durationMs + leadMs)}; shorten it`,
    );
  }
  return {
    ...plan,
    // Closed users have no rate limit of their own, so they become arrivals at the cap, never more in flight than the users were.
    executor: 'constant-arrival-rate',
    rate: Math.min(plan.rate ?? caps.maxRate, caps.maxRate),
    maxVus: plan.executor === 'constant-vus' ? plan.vus : plan.maxVus,
    durationMs: Math.min(plan.durationMs, caps.maxDuration - leadMs),
    stopAtErrorRatio: caps.stopAtErrorRatio ?? plan.stopAtErrorRatio,
  };
}

/** Load of one triage: command line over endpoint over defaults, capped in production. Throws RefusedError. */
export function resolveLoad(catalog: Catalog, found: FoundEndpoint, options: TriageOptions): LoadPlan {
  const load = layered([catalog.defaults?.load, found.endpoint.load, optionsLayer(options)]);
  const isOpen = load.executor === 'constant-arrival-rate';
  const base: LoadPlan = {
    executor: isOpen ? 'constant-arrival-rate' : 'constant-vus',
    vus: load.vus ?? fallback.vus,
    rate: isOpen ? (load.rate ?? null) : null,
    durationMs: load.duration ?? fallback.durationMs,
    rampUpMs: load.rampUp ?? 0,
    warmUpMs: load.warmUp ?? 0,
    maxVus: load.maxVus ?? null,
    script: scriptPath(catalog, load, options),
    stopAtErrorRatio: found.service.allowLoad?.stopAtErrorRatio ?? null,
  };
  const plan = load.stages === undefined ? base : stagedPlan({ ...base, rate: null }, stagesOf(load.stages));
  refuseUnsafeRepeat(found, plan);
  refuseStages(found, plan);
  return capped(plan, found, options);
}

/** One after the other; a stage without a name goes by its place. */
function stagesOf(written: NonNullable<CatalogLoad['stages']>): LoadStage[] {
  const ends = { atMs: 0 };
  return written.map(({ name, rate, vus, to, duration }, index) => {
    const from = rate ?? vus ?? 0;
    const startMs = ends.atMs;
    ends.atMs += duration;
    const model = rate === undefined ? 'closed' : 'open';
    return { name: name ?? `stage-${index + 1}`, model, from, to: to ?? from, startMs, durationMs: duration, isJudged: true };
  });
}

/**
 * A load sends its request thousands of times. Outside development somebody has to say that this is safe, or the request has to carry the header by which
 * the service knows repetitions (IETF draft Idempotency-Key). What a script of one's own sends, its author knows.
 */
function refuseUnsafeRepeat({ key, service, endpoint }: FoundEndpoint, plan: LoadPlan): void {
  const method = endpoint.method ?? 'GET';
  const isSafe = method === 'GET' || method === 'HEAD' || endpoint.replaySafe === true || plan.script !== null;
  const isKnownRepeat = Object.keys(endpoint.headers ?? {}).some((name) => name.toLowerCase() === 'idempotency-key');
  if (isSafe || isKnownRepeat || (service.environment ?? 'development') === 'development') return;
  throw new RefusedError(
    `target not allowed: ${key} is ${method} in ${service.environment ?? ''}, and a load would send it thousands of times; write replaySafe: true there if that does no harm, or give it an Idempotency-Key header`,
  );
}

/** The caps of production are those of one level held for one length; nobody has said how far a load of several may go there. */
export function refuseStages({ serviceName, service }: FoundEndpoint, { stages }: LoadPlan): void {
  if (stages === undefined || service.environment !== 'production') return;
  throw new RefusedError(
    `target not allowed: ${serviceName} is production, and a load of stages is not offered there; hold one level, within allowLoad`,
  );
}
