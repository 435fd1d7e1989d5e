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
  // These say where the time goes, not why.
  'expensive-query',
  'inside-wait',
] as const;

/** One of the ids above, which are the contract, or the id of a rule that somebody added. */
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
  /** Lower end: the largest possible part goes away, and nothing queues, as at light load. */
  lowMs: number;
  /** What the model expects at the load of the window. Null: the work that is left still exceeds what the service can do. */
  likelyMs: number | null;
  /** Upper end: the smallest possible part goes away, and the rest queues. Null: unlimited, or unknown. */
  highMs: number | null;
  /** `bound`: nothing tells how quick the awaited thing is when it is well, so `lowMs` is only what the latency cannot be below. */
  kind: 'range' | 'bound';
}

export interface Remedy {
  /** The registry of remedies has those that can be applied after an approval; `code-change`, `configuration`, `capacity` and `none` are for people. */
  kind: string;
  /** The exact statement or instruction. */
  statement: string;
  /** What it should gain, in words and numbers. */
  expected: string;
  basis: 'measured' | 'estimated' | 'none';
  /** The same as `expected` in numbers, to be compared with a re-run. Absent when no forecast is made. */
  forecast?: Forecast;
}

/** Why a confidence has its value: how often evidence of this pattern gave the right answer in the recorded windows. */
export interface ConfidenceBasis {
  /** Id of the pattern; `core/diagnosis/confidence.ts` describes it. */
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
  /** Absent in causes that were recorded before confidence was counted. */
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
   * `disproved`: what the cause needs was measured and is on the other side of its limit; `reason` gives both numbers. `consequence`: it was found and
   * follows from something else, so removing it alone would not help. `lesser`: it was found and follows from nothing else, but holds less than half of
   * what the first cause holds. Absent in incidents that are older than this distinction.
   */
  kind?: 'disproved' | 'consequence' | 'lesser';
  /** The cause that a consequence follows from. Absent when that was seen but is not among the named causes. */
  consequenceOf?: CauseId;
}

/** A cause that could not be judged, because its evidence is missing. */
export interface NotJudged {
  id: CauseId;
  needs: string[];
}
