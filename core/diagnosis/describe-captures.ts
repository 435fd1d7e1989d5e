import { unansweredKey } from '../load/own-metrics.js';
import type { EvidenceBook } from './evidence.js';
import type { Facts } from './facts.js';
import type { DiagnosisInput } from './input.js';
import { ms, percent } from './rule.js';

export interface CitedCaptures {
  load: string;
  process: string | null;
  wire: string | null;
  profile: string | null;
  trace: string | null;
  databases: string[];
}

/** Enters every capture of the window into the evidence, with the numbers that claims rest on. */
export function describeCaptures(input: DiagnosisInput, facts: Facts, book: EvidenceBook): CitedCaptures {
  return {
    load: describeLoad(input, facts, book),
    process: describeProcess(input, facts, book),
    wire: describeWire(input, book),
    profile: describeProfile(input, book),
    trace: describeTrace(input, book),
    databases: describeDatabases(input, book),
  };
}

function describeLoad(input: DiagnosisInput, facts: Facts, book: EvidenceBook): string {
  const { latencyMs, requests, requestRate, failedRatio, errors } = input.load;
  const unanswered = errors[unansweredKey] ?? 0;
  const figure = (value: number | null): string => (value === null ? 'unknown' : ms(value));
  return book.add(
    'load',
    `k6: ${requests} requests, ${requestRate.toFixed(1)}/s, p50 ${figure(latencyMs.p50)}, p95 ${figure(latencyMs.p95)}, mean ${figure(latencyMs.mean)}, ${percent(failedRatio)} failed${unanswered > 0 ? `, ${unanswered} without an answer at the end` : ''}; ${facts.inFlight.toFixed(1)} requests in flight on average`,
    input.artifacts.load,
  );
}

function describeProcess(input: DiagnosisInput, facts: Facts, book: EvidenceBook): string | null {
  const process = input.service?.process ?? null;
  if (process === null || facts.cpu === null) return null;
  return book.add(
    'process',
    `process ${process.pid} (${process.runtime}): ${facts.cpu.totalCores.toFixed(2)} cores burnt of ${process.usableCores}, serving threads ${facts.cpu.busyCores.toFixed(2)} (saturation ${facts.cpu.saturation.toFixed(2)}), ` +
      `run-queue delay ${ms(process.runDelayMs)} in ${ms(process.windowMs)}, ${ms(facts.cpu.perRequestMs)} CPU a request, host ${percent(process.host.cpuRatio)} busy`,
    input.artifacts.service,
  );
}

function describeWire(input: DiagnosisInput, book: EvidenceBook): string | null {
  const wire = input.service?.wire ?? null;
  if (wire === null) return null;
  const peers = wire.peers.filter((peer) => peer.waiting > 0.05).map((peer) => `${peer.waiting.toFixed(2)} at ${peer.label} ${peer.peer}`);
  return book.add(
    'wire',
    `sockets (${wire.samples} samples): ${wire.inbound.unread.toFixed(2)} requests unread, ${wire.inbound.served.toFixed(2)} in service, of which ${[...peers, `${wire.waitingInside.toFixed(2)} inside the process`].join(', ')}`,
    input.artifacts.service,
  );
}

function describeProfile(input: DiagnosisInput, book: EvidenceBook): string | null {
  const { profile } = input;
  if (profile === null) return null;
  const leaves = profile.leaves
    .slice(0, 3)
    .map((leaf) => `${leaf.frame} ${percent(leaf.selfShare)} [${percent(leaf.ci[0])}–${percent(leaf.ci[1])}]`);
  const categories = profile.categories.slice(0, 4).map((entry) => `${entry.category} ${percent(entry.share)}`);
  return book.add(
    'profile',
    `${profile.kind} profile, ${profile.samples ?? 'unknown number of'} samples, quality ${profile.quality.verdict}: ${leaves.join(', ')}; by category ${categories.join(', ')}`,
    input.artifacts.profile,
  );
}

function describeTrace(input: DiagnosisInput, book: EvidenceBook): string | null {
  const { trace } = input;
  if (trace === null || trace.routes.length === 0) return null;
  const routes = [...trace.routes].sort((a, b) => b.cpuShare - a.cpuShare).slice(0, 4);
  const text = routes.map(
    (route) =>
      `${`${route.method} ${route.route}`.trim()}: ${route.requests} requests, mean ${ms(route.meanMs)}, ${percent(route.cpuShare)} of the CPU samples`,
  );
  return book.add('trace', `runtime trace: ${text.join('; ')}`, input.artifacts.trace);
}

function describeDatabases(input: DiagnosisInput, book: EvidenceBook): string[] {
  return input.databases.flatMap((database) => {
    if (database.activity === null) return [];
    const waits = database.activity.byWaitClass
      .slice(0, 4)
      .map((entry) => `${entry.waitClass}${entry.waitEvent === entry.waitClass ? '' : `:${entry.waitEvent}`} ${entry.sessions.toFixed(2)}`);
    const service = database.activity.service;
    const own =
      service === null
        ? ''
        : `; the service holds ${service.sessions.toFixed(1)} sessions, ${service.active.toFixed(2)} active, ${service.idleInTransaction.toFixed(2)} idle in transaction`;
    return [
      book.add(
        'database',
        `${database.name} (${database.kind} ${database.serverVersion}): ${database.activity.activeSessions.toFixed(2)} active sessions on average (${waits.join(', ') || 'none waiting'})${own}`,
        input.artifacts.databases,
      ),
    ];
  });
}
