import type { ResolvedTarget, TriageOptions } from '../../activities/contract.js';
import { RefusedError, UnreadableInputError } from '../../core/model/errors.js';
import type { Symptom } from '../../core/model/incident.js';
import type { TargetSummary } from '../../core/model/target.js';
import type { Budgets, LoadPlan } from '../../core/model/load-result.js';
import type { Catalog } from '../catalog.js';
import { findEndpoint, type FoundEndpoint } from './find-endpoint.js';
import { resolveLoad } from './resolve-load.js';
import { resolveRequest } from './resolve-access.js';
import { isSearchable } from '../searchable-repository.js';

/**
 * Part of an observed value that must be reached again for the symptom to count as reproduced, when no budget says what is too slow.
 * A fifth less allows for the noise between an incident in the field and a run of our own load; our choice, no standard has one.
 */
const reproducedShare = 0.8;

function budgetsOfSymptom(symptom: Symptom): Budgets {
  const value = symptom.value * reproducedShare;
  switch (symptom.metric) {
    case 'p50':
      return { p50Ms: value };
    case 'p95':
      return { p95Ms: value };
    case 'p99':
      return { p99Ms: value };
    case 'error-ratio':
      return { errorRatio: value };
    case 'request-rate':
      return { minRequestRate: symptom.value / reproducedShare };
  }
}

function resolveBudgets(found: FoundEndpoint, options: TriageOptions, symptom: Symptom | null): Budgets {
  const budgets = { ...found.endpoint.budgets, ...options.budgets };
  if (Object.keys(budgets).length > 0) return budgets;
  if (symptom !== null) return budgetsOfSymptom(symptom);
  throw new RefusedError(
    `no symptom: expected a budget of ${found.key} in the catalog, --budget or --symptom, got none; write e.g. budgets: { p95Ms: 250 }, --budget p95=250ms or --symptom "p95 900ms"`,
  );
}

/** URL without its query values, which may be private; the names stay. */
function displayUrl(address: string): string {
  const url = new URL(address);
  const names = [...url.searchParams.keys()].map((name) => `${encodeURIComponent(name)}=…`);
  return `${url.origin}${url.pathname}${names.length === 0 ? '' : `?${names.join('&')}`}`;
}

function summarize(found: FoundEndpoint, budgets: Budgets): TargetSummary {
  const { service, endpoint } = found;
  return {
    service: found.serviceName,
    endpoint: found.key,
    environment: service.environment ?? 'development',
    method: endpoint.method ?? 'GET',
    displayUrl: displayUrl(endpoint.url),
    budgets,
    databases: Object.keys(service.databases ?? {}),
    remedies: service.remedies ?? [],
    // Task queues of design §7: the agent beside the service polls `host-<id>`.
    captureQueue: service.process?.host === undefined ? null : `host-${service.process.host}`,
    repositoryConfigured: isSearchable(service.repository),
  };
}

/** Target and load of one triage without its secrets, for a refusal before anything is started. Throws RefusedError. */
export function planTarget(
  catalog: Catalog,
  endpoint: string,
  options: TriageOptions,
  symptom: Symptom | null,
): { target: TargetSummary; plan: LoadPlan } {
  const found = findEndpoint(catalog, endpoint);
  const budgets = resolveBudgets(found, options, symptom);
  return { target: summarize(found, budgets), plan: resolveLoad(catalog, found, options) };
}

/**
 * What one triage works on: target, load and symptom, all safe in a workflow history.
 * Refusals come back as `{ ok: false, reason }`: unknown endpoint, host outside the catalog, no symptom, production without `allowLoad`, a missing secret.
 */
export function resolveTarget(catalog: Catalog, endpoint: string, options: TriageOptions, symptom: Symptom | null): ResolvedTarget {
  try {
    const planned = planTarget(catalog, endpoint, options, symptom);
    resolveRequest(catalog, endpoint);
    // Without `incidents` a triage calls nobody, and says nothing of it.
    const declare = catalog.incidents === undefined ? {} : { declare: catalog.incidents.declare ?? ('confirmed' as const) };
    return { ok: true, ...planned, target: { ...planned.target, ...declare }, symptom };
  } catch (error) {
    if (error instanceof RefusedError || error instanceof UnreadableInputError) return { ok: false, reason: error.message };
    throw error;
  }
}
