export const causeIds = [
  'hot-function',
  'regex-backtracking',
  'serialization',
  'crypto',
  'compression',
  'logging',
  'templating',
  'reflection',
  'gc-pressure',
  'event-loop-blocked',
  'thread-pool-starvation',
  'missing-index',
  'non-sargable-predicate',
  'stale-statistics',
  'sort-spill',
  'row-volume',
  'n-plus-one',
  'row-lock',
  'ddl-lock',
  'idle-in-transaction',
  'pool-exhausted',
  'pooler-wait',
  'connection-leak',
  'connection-limit',
  'connection-per-request',
  'slow-dependency',
  'retry-amplification',
  'cpu-starved',
  'capacity',
  // Where is certain, why is not.
  'expensive-query',
  'inside-wait',
] as const;

/** One of those above, which the contract names, or the id of a rule that somebody added. */
export type CauseId = (typeof causeIds)[number] | (string & Record<never, never>);

/** Keys that do not apply are absent. */
export interface CauseLocation {
  frame?: string;
  file?: string;
  line?: number;
  route?: string;
  statement?: string;
  queryId?: string;
  /** Name in the catalog of the database that the statement, relation or session belongs to. */
  database?: string;
  relation?: string;
  columns?: string[];
  planNode?: string;
  peer?: string;
  pool?: string;
  session?: string;
}

/** Mean latency of a request without a cause, from the queueing model of the account (`core/diagnosis/forecast`). Milliseconds. */
export interface Forecast {
  nowMs: number;
  /** As much goes as can go, and nothing queues: light load. */
  lowMs: number;
  /** What the model expects at the load of the window; null: the work that is left is still more than the service can do. */
  likelyMs: number | null;
  /** As little goes as must, and the rest queues; null: unlimited, or not known. */
  highMs: number | null;
  /** `bound`: nothing tells how quick what was waited for is when it is well, so `lowMs` is what it cannot be below. */
  kind: 'range' | 'bound';
}

export interface Remedy {
  /** What can be applied after an approval is in the registry of remedies; `code-change`, `configuration`, `capacity` and `none` are for people. */
  kind: string;
  /** The exact statement or instruction. */
  statement: string;
  /** What it should bring, in words and numbers. */
  expected: string;
  basis: 'measured' | 'estimated' | 'none';
  /** The same as `expected` in numbers, to be held against a re-run; absent where no forecast is made. */
  forecast?: Forecast;
}

/** Why a confidence is what it is: how often evidence of this pattern gave the right answer in the recorded windows. */
export interface ConfidenceBasis {
  /** Id of the pattern; `core/diagnosis/confidence.ts` has it in words. */
  pattern: string;
  hits: number;
  cases: number;
  /** 95 % interval of the hit rate. */
  interval: [number, number];
}

export interface Cause {
  id: CauseId;
  component: string;
  location: CauseLocation;
  /** 0..1 of the mean latency that this cause explains. */
  share: number;
  /** 0..1: how sure the responder is. */
  confidence: number;
  /** Absent in causes of before confidence was counted. */
  basis?: ConfidenceBasis;
  summary: string;
  evidence: string[];
  remedy: Remedy;
}

export interface RuledOut {
  id: CauseId;
  reason: string;
  evidence: string[];
  /**
   * `disproved`: what it needs was measured, and is on the other side of its limit; `reason` gives both. `consequence`: it was found, and follows from
   * something else, so taking it away alone would not help. `lesser`: it was found and follows from nothing else, but holds less than half of what the
   * first cause holds. Absent in incidents of before these were told apart.
   */
  kind?: 'disproved' | 'consequence' | 'lesser';
  /** The cause that a consequence follows from; absent where that was seen and has no name of its own among the causes. */
  consequenceOf?: CauseId;
}

/** A cause about which nothing can be said, because its evidence is not there. */
export interface NotJudged {
  id: CauseId;
  needs: string[];
}
