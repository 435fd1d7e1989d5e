import { peerName } from '../../observe/peer-name.js';
import type { WaitKind } from '../../engines/engine.js';
import { engineTraits } from '../../engines/registry.js';
import type { AccountCheck, AccountingLine } from '../../model/diagnosis.js';
import type { Facts } from '../facts.js';
import { saturated } from './cpu-facts.js';
import type { DiagnosisInput } from '../input.js';
import { lineName, resourceOf, resources, sideOf, type ResourceId, type Side } from '../resources.js';
import { almostNothing, average, averageOf, percent } from '../figures.js';

/** Part of the mean number of requests in flight that one resource held. */
interface Part {
  resource: ResourceId;
  /** Which peer or pooler, when the resource can have several holders. */
  holder?: string;
  /** Replaces the label of the resource. */
  label?: string;
  count: number;
  evidence: string[];
}

export interface AccountingEvidence {
  load: string[];
  process: string[];
  wire: string[];
  profile: string[];
  databases: string[];
}

export interface LatencyAccount {
  lines: AccountingLine[];
  checks: AccountCheck[];
}

/**
 * Splits the mean latency R over the resources that held the requests (Little's law: count ÷ total × R). The lines add up to R: the last line,
 * `unattributed`, takes what nobody held. If the parts together exceed the whole, all are scaled down by one factor, which a check reports.
 */
export function accountLatency(input: DiagnosisInput, facts: Facts, evidence: AccountingEvidence): LatencyAccount {
  const parts = [
    ...cpuParts(input, facts, evidence),
    ...databaseParts(input, facts, evidence),
    ...peerParts(facts, evidence),
    ...networkParts(input, facts, evidence),
  ].filter((part) => part.count > 0);
  const sum = parts.reduce((all, part) => all + part.count, 0);
  const kept = sum <= facts.total ? parts : parts.map((part) => ({ ...part, count: (part.count * facts.total) / sum }));
  const rest: Part = {
    resource: 'unattributed',
    count: Math.max(0, facts.total - sum),
    evidence: evidence.load,
  };
  const lines = [...kept, rest].map((part) => {
    const share = part.count / facts.total;
    const cited = [...new Set(part.evidence)];
    const label = part.label ?? resources[part.resource].label;
    return { resource: lineName(part.resource, part.holder), label, perRequestMs: share * facts.meanMs, share, evidence: cited };
  });
  const everything = [...new Set([...evidence.load, ...evidence.wire, ...parts.flatMap((part) => part.evidence)])];
  return {
    lines,
    checks: [overAttribution(sum, facts, everything), ...inFlight(facts, [...new Set([...evidence.load, ...evidence.wire])])],
  };
}

/** Sampling error (± 4 % on 150 samples at seven) and windows that differ by a second explain an excess of a tenth, not more. */
const attributionLimit = 1.1;
/** The two counts of the same requests are independent, and the sockets are sampled only a few times a second. */
const inFlightLimit = 1.25;

function overAttribution(sum: number, facts: Facts, evidence: string[]): AccountCheck {
  const observed = sum / facts.total;
  const ok = observed <= attributionLimit;
  const parts = `the parts, each measured on its own, add up to ${percent(observed)} of the mean latency`;
  return {
    id: 'over-attribution',
    ok,
    observed,
    limit: attributionLimit,
    detail: ok
      ? parts
      : `${parts} and were scaled down to 100 %: some of them overlap (calls in parallel) or belong to other work than these requests`,
    evidence,
  };
}

/**
 * If the sockets show more requests than the load keeps in flight (Little's law), the others belong to somebody else, or connections were counted twice.
 */
function inFlight(facts: Facts, evidence: string[]): AccountCheck[] {
  if (!facts.hasWire || facts.inFlight <= 0) return [];
  const onSockets = facts.unread + facts.served;
  const observed = onSockets / facts.inFlight;
  const ok = observed <= inFlightLimit;
  // Without requests of other clients, connections were counted twice. That says nothing about the account, so there is no check to report.
  if (!ok && facts.otherInFlight === 0) return [];
  const counts = `${averageOf(onSockets, 'request')} in flight on the service's sockets, ${average(facts.inFlight)} of the load by its rate and latency`;
  return [
    {
      id: 'in-flight',
      ok,
      observed,
      limit: inFlightLimit,
      detail: ok ? counts : `${counts}: other requests than the load's share the service, and the account is of all of them together`,
      evidence,
    },
  ];
}

function cpuParts(input: DiagnosisInput, facts: Facts, evidence: AccountingEvidence): Part[] {
  const { cpu } = facts;
  if (cpu === null) return queueOnly(facts, evidence);
  const onCpu = facts.hasWire
    ? Math.min(cpu.busyCores, Math.max(facts.inside, facts.served > 0 ? 0 : cpu.busyCores))
    : Math.min(cpu.busyCores, facts.total);
  const collector = input.profile?.categories.find((entry) => entry.category === 'gc')?.share ?? 0;
  const insideRest = Math.max(0, facts.inside - onCpu);
  const parts: Part[] = [
    { resource: 'service-cpu', count: onCpu * (1 - collector), evidence: [...evidence.process, ...evidence.profile] },
    { resource: 'gc', count: onCpu * collector, evidence: evidence.profile },
  ];
  const delayed = Math.min(cpu.runDelayCores, insideRest);
  parts.push({ resource: 'run-queue', count: delayed, evidence: evidence.process });
  return [...parts, ...waitParts(facts, insideRest - delayed, evidence)];
}

/** Charges queueing to the resource that is saturated: to the busy CPU, or otherwise to what the requests inside the process wait for. */
function waitParts(facts: Facts, insideRest: number, evidence: AccountingEvidence): Part[] {
  const isSaturated = (facts.cpu?.saturation ?? 0) >= saturated;
  const forWorkers = facts.workerQueue?.waiting ?? 0;
  const cited = [...evidence.wire, ...evidence.process];
  const parts: Part[] = [
    { resource: 'event-loop-queue', count: facts.unread - forWorkers + (isSaturated ? insideRest : 0), evidence: cited },
    { resource: 'worker-queue', count: forWorkers, evidence: cited },
  ];
  if (isSaturated) return parts;
  const pool = Math.min(facts.poolWaiting, insideRest);
  parts.push({
    resource: 'pool-wait',
    count: pool,
    evidence: [...evidence.wire, ...evidence.databases],
  });
  parts.push({
    resource: 'inside-wait',
    count: insideRest - pool,
    evidence: evidence.wire,
  });
  return parts;
}

function queueOnly(facts: Facts, evidence: AccountingEvidence): Part[] {
  return [
    { resource: 'event-loop-queue', label: 'not yet read by the service', count: facts.unread, evidence: evidence.wire },
    {
      resource: 'pool-wait',
      count: facts.poolWaiting,
      evidence: [...evidence.wire, ...evidence.databases],
    },
    { resource: 'inside-wait', label: 'inside the service', count: Math.max(0, facts.inside - facts.poolWaiting), evidence: evidence.wire },
  ];
}

function databaseParts(input: DiagnosisInput, facts: Facts, evidence: AccountingEvidence): Part[] {
  const classes = input.databases.flatMap(({ kind, activity }) =>
    (activity?.byWaitClass ?? []).map(({ waitClass, sessions }) => ({ wait: engineTraits(kind).waitOf(waitClass), sessions })),
  );
  const active = classes.reduce((sum, entry) => sum + entry.sessions, 0);
  const of = (wait: WaitKind): number => classes.filter((entry) => entry.wait === wait).reduce((sum, entry) => sum + entry.sessions, 0);
  const part = (resource: ResourceId, count: number): Part => ({
    resource,
    count,
    evidence: [...evidence.wire, ...evidence.databases],
  });
  const { poolerQueue: queue } = facts;
  const inPooler = Math.min(facts.databaseWaiting, queue?.waiting ?? 0);
  const atDatabase = facts.databaseWaiting - inPooler;
  const queued =
    queue === null ? [] : [{ ...part('pooler-wait', inPooler), label: `waiting in ${queue.name} for a connection to ${queue.database}` }];
  if (active <= 0) return [...queued, { ...part('database-execution', atDatabase), label: 'database' }];
  // If the client waited while the server was not active, the request was on its way: in the network, in the protocol, or because the client read late.
  const inServer = atDatabase * Math.min(1, active / Math.max(atDatabase, almostNothing));
  const lock = (inServer * of('lock')) / active;
  const io = (inServer * of('io')) / active;
  return [
    ...queued,
    part('database-execution', inServer - lock - io),
    part('database-lock', lock),
    part('database-io', io),
    part('database-transfer', atDatabase - inServer),
  ];
}

function peerParts(facts: Facts, evidence: AccountingEvidence): Part[] {
  return facts.peers
    .filter((peer) => peer.kind !== 'database')
    .map((peer) => ({
      resource: 'downstream' as const,
      holder: peer.peer,
      label: `waiting for ${peerName(peer)}`,
      count: peer.waiting + peer.connecting,
      evidence: evidence.wire,
    }));
}

/** Transfer as the load generator timed it, as far as the sockets do not already account for it. */
function networkParts(input: DiagnosisInput, facts: Facts, evidence: AccountingEvidence): Part[] {
  const timing = input.load.timingMs;
  if (timing === null) return [];
  const measured = ((timing.sending + timing.receiving) * facts.requestRate) / 1000;
  const held = facts.unread + facts.served;
  return [
    {
      resource: 'network',
      count: Math.min(measured, Math.max(0, facts.total - held)),
      evidence: evidence.load,
    },
  ];
}

/** Sum of the shares of some resources of the account. */
export function shareOf(lines: readonly AccountingLine[], ...wanted: ResourceId[]): number {
  return sumOf(lines, ({ resource }) => wanted.some((id) => id === resourceOf(resource)));
}

/** Share of the latency that requests queue for workers, times the part, 0..1, of the workers that one thing occupies. */
export function queuedForShare(lines: readonly AccountingLine[], occupied: number | undefined): number {
  return shareOf(lines, 'worker-queue') * (occupied ?? 0);
}

/** Sum of the shares of all resources of a side. */
export function shareOfSide(lines: readonly AccountingLine[], side: Side): number {
  return sumOf(lines, ({ resource }) => sideOf(resource) === side);
}

/** Share of one of several holders of a resource. */
export function shareOfHolder(lines: readonly AccountingLine[], resource: ResourceId, holder: string): number {
  return sumOf(lines, (line) => line.resource === lineName(resource, holder));
}

function sumOf(lines: readonly AccountingLine[], wanted: (line: AccountingLine) => boolean): number {
  return lines.filter(wanted).reduce((sum, line) => sum + line.share, 0);
}
