import type { BaselineComparison, Comparison } from './comparison.js';
import type { Budgets, Confirmation } from './load-result.js';
import type { MissingEvidence } from './observation.js';

export const outcomes = [
  'localized',
  'mixed',
  'capacity',
  'not-reproduced',
  'unproven',
  'inconclusive',
  'refused',
  'resolved',
  'still-failing',
] as const;
export type Outcome = (typeof outcomes)[number];
export const phases = ['accepted', 'confirming', 'diagnosing', 'waiting', 'remedying', 'verifying', 'ended'] as const;
export type Phase = (typeof phases)[number];
export type Branch = 'app-bound' | 'db-bound' | 'mixed' | 'other-wait' | 'inconclusive';

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

/** What was observed by whoever raised the alarm: `p95 900ms`, `p99 2s`, `errors 12%`, `rate 20/s`. */
export interface Symptom {
  metric: 'p50' | 'p95' | 'p99' | 'error-ratio' | 'request-rate';
  /** Milliseconds, a ratio 0..1, or requests per second. */
  value: number;
  text: string;
}

/** Reference to something too large for a workflow history. `path` is inside the artifact store, content-addressed. */
export interface ArtifactRef {
  name: string;
  path: string;
  kind: string;
  sizeBytes: number;
  sha256: string;
}

export interface Evidence {
  id: string;
  kind: 'load' | 'profile' | 'process' | 'wire' | 'trace' | 'database' | 'plan' | 'accounting' | 'catalog' | 'rerun' | 'bisect';
  summary: string;
  /** Name of the artifact that holds the whole of it. */
  artifact: string | null;
}

/** One line of the latency accounting. `perRequestMs` of all lines (with `unattributed`) add up to the mean latency. */
export interface AccountingLine {
  /** `service-cpu`, `gc`, `run-queue`, `event-loop-queue`, `database-execution`, `database-lock`, `database-io`, `pool-wait`, `pooler-wait`, `downstream <peer>`, `network`, `unattributed`… */
  resource: string;
  label: string;
  perRequestMs: number;
  /** 0..1 of the mean latency. */
  share: number;
  evidence: string[];
}

/** A test of the account itself: does what was measured apart agree? `observed` and `limit` are ratios. */
export interface AccountCheck {
  id: 'over-attribution' | 'in-flight';
  ok: boolean;
  observed: number;
  limit: number;
  detail: string;
  evidence: string[];
}

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

/** What the captures of one window say: the result of the localization. */
export interface Diagnosis {
  outcome: Extract<Outcome, 'localized' | 'mixed' | 'capacity' | 'inconclusive'>;
  branch: Branch;
  reasons: string[];
  accounting: AccountingLine[];
  /** Absent in diagnoses made before the account was checked. */
  accountChecks?: AccountCheck[];
  causes: Cause[];
  ruledOut: RuledOut[];
  missingEvidence: MissingEvidence[];
  /** Absent in diagnoses of before rules named their evidence. */
  notJudged?: NotJudged[];
  evidence: Evidence[];
}

/** `rerun --json`: one request to run the load again, of one or several runs. */
export interface Rerun extends Comparison {
  withinBudget: boolean;
  /** As fast as the healthy runs on record; null = that cannot be told. */
  backToBaseline: boolean | null;
  /** Means over the runs of each side. */
  before: RunFigures;
  after: RunFigures;
  baseline: BaselineComparison | null;
  outcome: Outcome;
  reasons: string[];
  at: string;
  /** What was forecast for the remedies of the causes, beside what was measured; absent where nothing was forecast. */
  forecasts?: ForecastCheck[];
  /** Causes whose own remedy was applied before this load, and nothing else of ours: what it proves, it proves of them. Absent: none was. */
  remedied?: CauseId[];
}

/** One forecast against the mean latency of the re-run. */
export interface ForecastCheck {
  cause: CauseId;
  forecast: Forecast;
  measuredMs: number;
  /** |likely − measured| ÷ measured; null where the model expected overload, or only a bound is known. */
  error: number | null;
  isInside: boolean;
}

export interface RunFigures {
  p50Ms: number | null;
  p95Ms: number | null;
  p99Ms: number | null;
  meanMs: number | null;
  requestRate: number;
  failedRatio: number;
  requests: number;
}

export interface Timing {
  /** ISO 8601. */
  acceptedAt: string;
  /** The whole load window with warm-up. */
  loadWindowMs: number | null;
  /** Elapsed since acceptedAt. */
  reportReadyMs: number | null;
}

export interface BisectSummary {
  outcome: 'culprit' | 'range' | 'no-regression' | 'not-in-code' | 'inconclusive';
  /** `isMerge`: reverting it needs the parent to go back to. */
  culprit: { commit: string; subject: string; author: string; date: string; files: string[]; isMerge?: boolean } | null;
  range: [string, string] | null;
  posterior: number | null;
  effect: { ratio: number; ci: [number, number] } | null;
  reasons: string[];
  workflowId: string;
}

/** The triage document: `triage --json`, `report --format json`, the workflow's result. */
export interface Incident {
  incidentId: string;
  outcome: Outcome | null;
  service: string;
  /** Catalog key `service/endpoint`. */
  endpoint: string;
  symptom: Symptom | null;
  confirmation: Confirmation | null;
  accounting: AccountingLine[];
  /** Absent where there is no account, or in incidents recorded before it was checked. */
  accountChecks?: AccountCheck[];
  branch: Branch | null;
  causes: Cause[];
  ruledOut: RuledOut[];
  missingEvidence: MissingEvidence[];
  /** Absent where nothing was diagnosed, or in incidents of before rules named their evidence. */
  notJudged?: NotJudged[];
  evidence: Evidence[];
  timing: Timing;
  reruns: Rerun[];
  artifacts: ArtifactRef[];
  /** Why the outcome is what it is, in sentences. */
  reasons: string[];
  /** Workflow of the bisector that searches for the introducing commit; absent while nobody asked it. */
  bisectId?: string;
  bisect: BisectSummary | null;
}

/** One kind of evidence that is taken in the window of a load, in words; `core/evidence` says the rest. */
export interface CaptureTask {
  /** Id of the kind. */
  kind: string;
  /** Its row on the board. */
  stage: string;
  /** What is missing without it. */
  what: string;
  /** For the timeline of the Web UI; the length is added. */
  title: string;
  /** Longer windows gain nothing; null = the whole window. */
  longestMs: number | null;
}

/** What the catalog said about the target, without any secret; safe in a workflow history. */
export interface TargetSummary {
  service: string;
  endpoint: string;
  environment: 'development' | 'staging' | 'production';
  method: string;
  /** URL without its query values. */
  displayUrl: string;
  budgets: Budgets;
  databases: string[];
  remedies: Remedy['kind'][];
  /** Temporal task queue of the host whose agent captures profile and process; the worker's own when absent in the catalog. */
  captureQueue: string | null;
  repositoryConfigured: boolean;
  /** What is captured while a load runs, as the worker that resolved the target knows it. Absent in histories of before the worker told. */
  captures?: CaptureTask[];
  /** When people are called for: `incidents.declare` of the catalog. Absent: never, as in a catalog without `incidents`. */
  declare?: 'confirmed' | 'alert' | 'never';
}

/** What people are told of. */
export type NotificationEvent = 'report-ready' | 'rerun' | 'needs-human' | 'bisect-ended' | 'ended';
