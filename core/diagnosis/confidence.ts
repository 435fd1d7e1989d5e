import { wilsonInterval } from '../model/proportion.js';
import type { ConfidenceBasis } from '../model/cause.js';
import type { SideShares } from './branch.js';

/** The kinds of evidence an answer can rest on. Rules that use the same kind share a pattern: what is learned about one holds for the others. */
export const evidencePatterns = {
  'profile-leads': 'one function or kind of work leads a good CPU profile of a busy service',
  'profile-tie': 'two functions lead the CPU profile alike, or the profile is a poor one',
  'foreign-route': "another route's requests hold the event loop in the runtime's own trace",
  'plan-executed': 'the plan of the statement was executed, and its nodes were timed',
  'plan-estimated': 'the plan of the statement is an estimate, or for values that are not those of the service',
  'statement-counts': 'the counters of the database over the window, by statement and request',
  'statement-holds': 'one statement holds the latency, and no class of defect was shown',
  'wait-inside': 'requests wait inside the process while its CPU and its peers are calm',
  'lock-tree': 'who waits for whom in the database, look by look',
  'slots-refused': 'the database had no connection slot left while requests failed',
  'pool-in-use': 'all connections are seen in use while requests wait inside the service or in a pooler',
  'pool-inferred': 'how many requests are at the peers together never passes the number of connections',
  'connections-open': 'connections sit in transactions that nobody ends while others wait for one',
  'connections-unkept': 'the database begins a session for each request, and the service keeps none of its connections',
  'connections-unused': 'connections sit idle although they were used before, while others wait for one',
  'sockets-wait': 'requests wait on sockets to one peer that owes an answer',
  'sockets-unclear': 'requests wait on sockets to a peer that may be the way to something else',
  'calls-repeated': "the runtime's trace shows more calls than requests, and failures among them",
  'cpu-denied': 'the scheduler shows a service that is ready to run and gets no CPU',
  'threads-full': 'helper threads are never free while the event loop is',
  'load-beyond': 'the service is saturated by a flat profile, and each request alone would be cheap',
} as const;

export type EvidencePattern = keyof typeof evidencePatterns;

/** How often an answer of each pattern was right. */
export type HitRates = Readonly<Record<EvidencePattern, { hits: number; cases: number }>>;

/** Confidence of a candidate, and what it rests on. */
export interface Assurance {
  confidence: number;
  basis: ConfidenceBasis;
}

/**
 * How often answers of this pattern were right in the recorded windows (`fixtures/evidence`): (hits + 1) ÷ (cases + 2). This is Laplace's rule of
 * succession, the mean of the possible rates when nothing was known before: few cases give no certainty, and no cases give one half. The unattributed part
 * of the latency (0..1) may or may not belong to the cause, so half of it is taken off.
 */
export function assured({ sides, hitRates }: { sides: SideShares; hitRates: HitRates }, pattern: EvidencePattern): Assurance {
  const { hits, cases } = hitRates[pattern];
  const confidence = ((hits + 1) / (cases + 2)) * (1 - sides.unattributed / 2);
  return { confidence, basis: { pattern, hits, cases, interval: wilsonInterval(hits, cases) } };
}
