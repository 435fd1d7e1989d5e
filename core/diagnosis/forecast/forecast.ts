import type { Forecast } from '../../model/cause.js';
import { shareOf } from '../account/accounting.js';
import type { Facts } from '../facts.js';
import { clampRatio } from '../figures.js';
import type { ResourceId } from '../resources.js';
import type { RuleContext, Threshold } from '../rule.js';
import { closedResponseMs, openResponseMs, type Station } from './queueing.js';

/** Part 0..1 of some work that goes away: the least, as measured, and the most when the error of the measurement allows more than that. */
export type Part = readonly [least: number, measured: number, most?: number];

/** What goes away with a cause. A field that is absent means nothing of that kind. */
export interface Avoidable {
  /** Of the CPU that a request uses in the service. */
  cpu?: Part;
  /** Of the work of the databases for a request. */
  database?: Part;
  /** Of the calls to databases. Their round trips stay, however quick the statements become. */
  calls?: Part;
  /** Of the waiting for locks. */
  locks?: Part;
  /** Of the waiting for other services. */
  downstream?: Part;
  /** Queues that exist for another reason than the work behind them, and go with that reason. */
  waits?: readonly ResourceId[];
  /** Replaces all the waiting inside the service by the milliseconds of work that it was for. */
  insideMs?: number;
  /** Nothing tells how long the awaited thing takes when it is well. The forecast is then only a bound: the rest keeps the latency above it. */
  isBound?: true;
}

/** Limits that a forecast depends on. */
const forecastThresholds = {
  mostUnknown: {
    value: 0.5,
    unit: 'of the mean latency',
    source: 'Where nobody was seen to hold half of the latency, what is left cannot be scaled up by what was seen.',
  },
  contentionGoes: {
    value: 0.5,
    unit: 'of the work at the database',
    source: 'Statements stop slowing one another down when most of the work goes; with less going, the contention stays.',
  },
} as const satisfies Record<string, Threshold>;

type Scenario = 'light' | 'likely' | 'heavy';

/** Mean time of one request by what holds it, in milliseconds. */
interface Rest {
  cpuMs: number;
  databaseMs: number;
  delayMs: number;
}

/**
 * The mean latency without a cause, from the queueing model of the account: the work of each kind that is left, and the queues that this work makes at the
 * load of the window (`core/diagnosis/forecast/queueing.ts`). `lowMs`: as much goes as can go, and nothing queues, as at light load. `highMs`: as little
 * goes as must, and the rest queues. `likelyMs`: as much goes as was measured, and the rest queues; null when the rest is still more than the load allows.
 */
export function forecast(context: RuleContext, avoided: Avoidable): Forecast {
  const at = (scenario: Scenario): number | null => responseMs(context, avoided, scenario);
  const lowMs = at('light') ?? 0;
  const likelyMs = at('likely');
  const heavyMs = at('heavy');
  const nowMs = context.facts.meanMs;
  const cap = (ms: number | null): number | null => (ms === null ? null : Math.min(nowMs, Math.max(lowMs, ms)));
  return {
    nowMs,
    lowMs: Math.min(nowMs, lowMs),
    likelyMs: cap(likelyMs),
    highMs: avoided.isBound === true ? null : cap(heavyMs),
    kind: avoided.isBound === true ? 'bound' : 'range',
  };
}

function responseMs(context: RuleContext, avoided: Avoidable, scenario: Scenario): number | null {
  const { facts, input } = context;
  const rest = restOf(context, avoided, scenario);
  if (scenario === 'light') return rest.cpuMs + rest.databaseMs + rest.delayMs;
  const stations = [...cpuStation(facts, rest.cpuMs), ...poolStation(facts, avoided, rest.databaseMs)];
  const queued = stations.reduce((sum, { demandMs }) => sum + demandMs, 0);
  const delayMs = rest.cpuMs + rest.databaseMs + rest.delayMs - queued;
  const { plan } = input;
  return plan.rate === null ? closedResponseMs(stations, delayMs, plan.vus) : openResponseMs(stations, delayMs, plan.rate);
}

function cpuStation({ cpu }: Facts, cpuMs: number): Station[] {
  return cpu === null || cpuMs <= 0 ? [] : [{ demandMs: cpuMs, servers: Math.max(1, Math.round(cpu.servingCores)) }];
}

/** Connections are held while the database works. Without the limit on them nothing queues for one. */
function poolStation({ pool, poolWaiting }: Facts, { waits = [] }: Avoidable, databaseMs: number): Station[] {
  if (pool === null || pool.sessions < 1 || poolWaiting <= 0 || databaseMs <= 0 || waits.includes('pool-wait')) return [];
  return [{ demandMs: databaseMs, servers: Math.max(1, Math.round(pool.sessions)) }];
}

function restOf(context: RuleContext, avoided: Avoidable, scenario: Scenario): Rest {
  const { facts, lines } = context;
  const ofLine = (...ids: ResourceId[]): number => shareOf(lines, ...ids) * facts.meanMs;
  const goesOf = ([least, measured, most = measured]: Part): number => ({ heavy: least, likely: measured, light: most })[scenario];
  const left = (part: Part | undefined): number => 1 - (part === undefined ? 0 : clampRatio(goesOf(part)));
  const goes = (id: ResourceId): boolean => avoided.waits?.includes(id) === true;
  const cpuLeft = left(avoided.cpu);
  const databaseLeft = left(avoided.database);
  const cpuMs = cpuWorkMs(context) * cpuLeft;
  // At light load nothing on this host takes longer than it would alone. The same holds for requests that a released lock let run all at once, when they
  // come one by one.
  const comesOneByOne = scenario === 'light' || (scenario === 'likely' && avoided.locks !== undefined);
  const alone = comesOneByOne ? 1 / readyStretch(facts) : 1;
  const executing = ofLine('database-execution', 'database-io') * databaseLeft * (isHere(facts, 'database') ? alone : 1);
  // A busy loop reads late what the database sent long ago. An answer that comes at any moment finds the loop busy for the part of the time in which it is.
  const late = cpuLeft * alone;
  const slowdown = scenario === 'heavy' ? 1 : slowdownAlone(context, avoided);
  const databaseMs = (executing + ofLine('database-transfer') * left(avoided.calls) * late) / slowdown;
  const inside = avoided.insideMs ?? (goes('inside-wait') ? 0 : ofLine('inside-wait'));
  // Ready without a CPU: not at light load, and likely in proportion to the work that is left. At most as long as before: a thread that works less sleeps more,
  // and waits each time that it is woken.
  const woken = scenario === 'heavy' ? 1 : cpuLeft;
  const ready = scenario === 'light' || goes('run-queue') ? 0 : ofLine('run-queue') * woken * contentionLeft(facts, databaseLeft, scenario);
  const known = {
    cpuMs,
    databaseMs,
    delayMs:
      ofLine('database-lock') * left(avoided.locks) +
      ofLine('downstream') * left(avoided.downstream) * (isHere(facts, 'unknown') ? alone : 1) +
      (goes('pooler-wait') ? 0 : ofLine('pooler-wait') * databaseLeft) +
      inside +
      ofLine('network') +
      ready,
  };
  if (scenario === 'light') return known;
  // The unattributed part belongs to the rest in proportion: it is the error of the samples of what was seen.
  const unknown = shareOf(lines, 'unattributed');
  const scale = unknown < forecastThresholds.mostUnknown.value ? 1 / (1 - unknown) : 1;
  return { cpuMs: known.cpuMs, databaseMs: known.databaseMs * scale, delayMs: known.delayMs * scale };
}

/** CPU that one request uses in the threads that serve it: by the process, or by the account if the process was not observed. */
function cpuWorkMs({ facts, lines }: RuleContext): number {
  const { cpu, requestRate, meanMs } = facts;
  if (cpu === null || requestRate <= 0) return shareOf(lines, 'service-cpu', 'gc') * meanMs;
  return (cpu.busyCores / requestRate) * 1000;
}

/**
 * How many times longer work takes on this host than it would alone, by what the kernel counts for the serving threads: (run time + time ready while others
 * had the CPU) ÷ run time.
 */
function readyStretch({ cpu }: Facts): number {
  return cpu === null || cpu.busyCores <= 0 ? 1 : (cpu.busyCores + cpu.runDelayCores) / cpu.busyCores;
}

/** Do all databases, or all other peers, that requests wait for answer on this host? Then they compete for the same CPUs. */
function isHere({ peers }: Facts, kind: 'database' | 'unknown'): boolean {
  const asked = peers.filter((peer) => (peer.kind === 'database') === (kind === 'database') && peer.waiting > 0);
  return asked.length > 0 && asked.every(({ peer }) => /^(?:127\.|\[?::1\]?:|localhost:|\/)/.test(peer));
}

/**
 * Waiting for a CPU that the service's own database uses goes with the work of that database. All of it is likely to go, because the samples miss short
 * statements and what serves them; at worst only what was seen goes, and what others had stays.
 */
function contentionLeft({ heldByOwnDatabase }: Facts, databaseLeft: number, scenario: Scenario): number {
  if (scenario === 'heavy') return heldByOwnDatabase * databaseLeft + 1 - heldByOwnDatabase;
  return heldByOwnDatabase > 0 ? databaseLeft : 1;
}

/** How many times longer statements took in the window than alone, if the contention goes with the avoided work. */
function slowdownAlone(context: RuleContext, avoided: Avoidable): number {
  if (avoided.database === undefined || avoided.database[1] < forecastThresholds.contentionGoes.value) return 1;
  const timed = (context.input.scans ?? [])
    .flatMap(({ statements }) => statements)
    .filter(({ plan }) => plan?.analyzed === true && plan.executionMs !== null && plan.executionMs > 0);
  const underLoad = timed.reduce((sum, { statement }) => sum + statement.totalExecMs, 0);
  const alone = timed.reduce((sum, { statement, plan }) => sum + statement.calls * (plan?.executionMs ?? 0), 0);
  return alone > 0 ? Math.max(1, underLoad / alone) : 1;
}
