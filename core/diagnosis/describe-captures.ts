import type { CaptureKind } from '../evidence/capture-kind.js';
import { unansweredKey } from '../load/own-metrics.js';
import type { EvidenceBook } from './evidence.js';
import type { Facts } from './facts.js';
import type { DiagnosisInput } from './input.js';
import { averageOf, ms, percent, plural, requestRate as rateText } from './figures.js';

/** Ids of the entries that are cited often; empty when something was not captured. */
export interface CitedCaptures {
  load: readonly string[];
  process: readonly string[];
  wire: readonly string[];
  profile: readonly string[];
  trace: readonly string[];
  databases: readonly string[];
  /** The same ids by the names that the kinds of capture give them, also for kinds without a field above. */
  byName: Readonly<Record<string, readonly string[]>>;
}

/** Adds every capture of the window to the evidence, with the numbers that claims rest on. */
export function describeCaptures(input: DiagnosisInput, kinds: readonly CaptureKind[], facts: Facts, book: EvidenceBook): CitedCaptures {
  const load = [describeLoad(input, facts, book)];
  const byName: Record<string, readonly string[]> = {};
  for (const kind of kinds) Object.assign(byName, kind.describe({ read: input.read, facts, book }));
  const named = (name: string): readonly string[] => byName[name] ?? [];
  return {
    load,
    process: named('process'),
    wire: named('wire'),
    profile: named('profile'),
    trace: named('trace'),
    databases: named('databases'),
    byName,
  };
}

function describeLoad(input: DiagnosisInput, facts: Facts, book: EvidenceBook): string {
  const { latencyMs, requests, requestRate, failedRatio, errors } = input.load;
  const unanswered = errors[unansweredKey] ?? 0;
  return book.add(
    'load',
    `k6: ${plural(requests, 'request')} at ${rateText(requestRate)}, p50 ${ms(latencyMs.p50)}, p95 ${ms(latencyMs.p95)}, mean ${ms(latencyMs.mean)}, ${failedRatio === 0 ? 'none' : percent(failedRatio)} failed${unanswered > 0 ? `, ${unanswered} without an answer at the end` : ''}; ${averageOf(facts.inFlight, 'request')} in flight on average`,
    input.loadArtifact,
  );
}
