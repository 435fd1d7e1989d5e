/** How many were hit, from the incident's own evidence. A figure says how it was got; one that cannot be had says why. */
import type { CommandState } from '../incident/command-state.js';
import { timelineOf, type RecordEvent } from '../incident/record-event.js';
import type { ImpactMeasure } from './measure-impact.js';
import { percent } from '../../model/figures.js';

export const impactFigureNames = ['errorRatio', 'slowRatio', 'requestsPerMinute', 'estimatedAffected'] as const;
export type ImpactFigureName = (typeof impactFigureNames)[number];

interface Figure {
  value: number | null;
  how: string;
}

/** Ratios 0..1; `how` has a sentence for each figure, also for one that is null. */
export type ImpactFigures = Record<ImpactFigureName, number | null> & { how: Record<ImpactFigureName, string> };

/** What of a state the figures rest on. */
export type ImpactEvidence = Pick<CommandState, 'record' | 'affected' | 'policy'> & { measuredImpact?: ImpactMeasure | null };

/** A load of ours that confirmed the symptom. */
interface OwnLoad {
  id: string;
  atMs: number;
  endpoint: string;
  requests: number;
  errorRatio: number;
  slowRatio: number | null;
}

function ownLoads(record: readonly RecordEvent[]): OwnLoad[] {
  return timelineOf(record).flatMap(({ id, at, data }) => {
    const { endpoint, requests, errorRatio, slowRatio } = data;
    if (data['milestone'] !== 'confirmation' || data['verdict'] !== 'confirmed') return [];
    if (typeof requests !== 'number' || typeof errorRatio !== 'number') return [];
    const slow = typeof slowRatio === 'number' ? slowRatio : null;
    return [{ id, atMs: Date.parse(at), endpoint: String(endpoint), requests, errorRatio, slowRatio: slow }];
  });
}

interface UsersRequests {
  requests: number;
  failed: number | null;
  minutes: number;
  how: string;
}

/** What we sent ourselves is taken off: it hit no user. */
function withoutOurs(measure: ImpactMeasure, loads: readonly OwnLoad[]): UsersRequests {
  const [fromMs, toMs] = [Date.parse(measure.from), Date.parse(measure.to)];
  const ours = loads.filter(({ atMs, endpoint }) => {
    const service = endpoint.split('/')[0] ?? endpoint;
    return atMs >= fromMs && atMs <= toMs && measure.services.includes(service);
  });
  const sent = ours.reduce((sum, { requests }) => sum + requests, 0);
  const broke = ours.reduce((sum, { requests, errorRatio }) => sum + requests * errorRatio, 0);
  const requests = Math.max(measure.requests - sent, 0);
  const less = sent === 0 ? '' : `, less ${sent} requests of our own loads (${ours.map(({ id }) => id).join(', ')})`;
  const gaps = measure.unread === null ? '' : `; not read: ${measure.unread}`;
  return {
    requests,
    failed: measure.failed === null ? null : Math.min(Math.max(measure.failed - broke, 0), requests),
    minutes: (toMs - fromMs) / 60_000,
    how: `counters of ${measure.services.join(', ')} from ${measure.from} to ${measure.to}${less}${gaps}`,
  };
}

function failing(users: UsersRequests | null, loads: readonly OwnLoad[]): Figure {
  if (users !== null && users.failed !== null && users.requests > 0)
    return {
      value: users.failed / users.requests,
      how: `${Math.round(users.failed)} of ${Math.round(users.requests)} requests: ${users.how}`,
    };
  const [worst] = loads.toSorted((left, right) => right.errorRatio - left.errorRatio);
  if (worst === undefined) return { value: null, how: 'no counter of errors could be read, and no load of ours confirmed the symptom' };
  const told = `${percent(worst.errorRatio)} of ${worst.requests} requests of the load that confirmed the symptom (${worst.id}, ${worst.endpoint})`;
  return { value: worst.errorRatio, how: `${told}; no counter of errors of the users' own requests could be read` };
}

function slow(loads: readonly OwnLoad[]): Figure {
  const known = loads.flatMap(({ slowRatio, ...load }) => (slowRatio === null ? [] : [{ ...load, slowRatio }]));
  const [worst] = known.toSorted((left, right) => right.slowRatio - left.slowRatio);
  if (worst === undefined) return { value: null, how: 'no load of ours showed how many requests are over the budget' };
  const told = `at least: this share of the load that confirmed the symptom was over its budget (${worst.id}, ${worst.endpoint})`;
  return { value: worst.slowRatio, how: told };
}

function traffic({ policy, affected }: ImpactEvidence, users: UsersRequests | null): Figure {
  if (users !== null && users.minutes > 0) return { value: users.requests / users.minutes, how: users.how };
  const usual = policy.impact?.usualPerMinute ?? {};
  const missing = affected.filter((service) => usual[service] === undefined);
  if (affected.length === 0) return { value: null, how: 'which services are affected is not recorded' };
  if (missing.length > 0)
    return { value: null, how: `the catalog has neither metrics.traffic that could be read nor traffic.rate of ${missing.join(', ')}` };
  const value = affected.reduce((sum, service) => sum + (usual[service] ?? 0), 0);
  return {
    value,
    how: `a normal minute of ${affected.join(', ')} by traffic.rate of the catalog; what came during the incident was not read`,
  };
}

export function impactFigures(evidence: ImpactEvidence): ImpactFigures {
  const loads = ownLoads(evidence.record);
  const users = evidence.measuredImpact == null ? null : withoutOurs(evidence.measuredImpact, loads);
  const figures: Record<ImpactFigureName, Figure> = {
    errorRatio: failing(users, loads),
    slowRatio: slow(loads),
    requestsPerMinute: traffic(evidence, users),
    estimatedAffected: { value: null, how: 'nothing that is read tells one user from another' },
  };
  const of = <Key extends keyof Figure>(key: Key) =>
    Object.fromEntries(impactFigureNames.map((name) => [name, figures[name][key]])) as Record<ImpactFigureName, Figure[Key]>;
  return { ...of('value'), how: of('how') };
}

/** Percentiles of a window and the share of its requests that a percentile over the budget proves. */
const shares: readonly ['p50Ms' | 'p95Ms' | 'p99Ms', number][] = [
  ['p50Ms', 0.5],
  ['p95Ms', 0.05],
  ['p99Ms', 0.01],
];

/** The share that was slower than the budget at least; 0 where none of the known percentiles is. Null: there is no budget or nothing was measured. */
export function leastSlowRatio(
  percentiles: Partial<Record<'p50Ms' | 'p95Ms' | 'p99Ms', number | null | undefined>>,
  budgetMs: number | null | undefined,
): number | null {
  if (budgetMs == null) return null;
  const known = shares.filter(([name]) => percentiles[name] != null);
  if (known.length === 0) return null;
  return known.find(([name]) => (percentiles[name] ?? 0) > budgetMs)?.[1] ?? 0;
}
