import type { LoadExecutor, LoadStage } from './load-stages.js';

/** How load is offered to one endpoint, resolved from catalog, alert and command line. Times are milliseconds. */
export interface LoadPlan {
  executor: LoadExecutor;
  /** Virtual users of the closed model, or pre-allocated users of the open model. With stages, the largest number at any time. */
  vus: number;
  /** Iterations per second, open model only. With stages, their mean over the judged part. */
  rate: number | null;
  /** The judged part. Warm-up and ramp-up come before it and are not judged. */
  durationMs: number;
  rampUpMs: number;
  warmUpMs: number;
  maxVus: number | null;
  /** Absolute path of a k6 script of the user's own; null = generated. */
  script: string | null;
  /** Stop the load when the ratio of failed requests passes this; null = the default guard against a dead target. */
  stopAtErrorRatio: number | null;
  /** Parts with levels of their own instead of one level for the whole run; `stagedPlan` makes them. */
  stages?: LoadStage[] | undefined;
}

/** What an endpoint may cost. At least one is set. Ratios are 0..1. */
export interface Budgets {
  p50Ms?: number | undefined;
  p95Ms?: number | undefined;
  p99Ms?: number | undefined;
  errorRatio?: number | undefined;
  /** Minimum of completed requests per second. */
  minRequestRate?: number | undefined;
}

export interface LatencyMs {
  p50: number | null;
  p95: number | null;
  p99: number | null;
  mean: number | null;
  max: number | null;
}

export interface ThresholdResult {
  metric: string;
  expression: string;
  ok: boolean;
  /** Null when nothing was measured, or when the summary lacks the statistic; then `ok` rests on the percentiles around it or on the tool's own flag. */
  observed: number | null;
  /** Samples of this metric: `count`, or at most `count`. Null when the summary does not tell; absent in runs of older versions. */
  samples?: { count: number; isAtMost: boolean } | null | undefined;
}

/** A percentile that the summary has besides p50, p95 and p99. `quantile` is 0..1. */
export interface KnownPercentile {
  quantile: number;
  ms: number;
}

/** Mean of each part of a request, as k6 defines them (milliseconds). `duration` = sending + waiting + receiving. */
export interface RequestTimingMs {
  blocked: number;
  connecting: number;
  tls: number;
  sending: number;
  waiting: number;
  receiving: number;
}

/** One slice of the judged window. A run has at least four, so that it has a spread of its own. */
export interface SubWindow {
  startMs: number;
  durationMs: number;
  requests: number;
  p50Ms: number;
  p95Ms: number;
  meanMs: number;
  failedRatio: number;
}

/** One sample of the running load generator. Counts start with the load and include the warm-up. */
export interface LoadMoment {
  /** Milliseconds since the judged part began; negative during ramp-up and warm-up. */
  atMs: number;
  /** Iterations that ended. */
  completed: number;
  /** Iterations that were due but found no free user; always 0 in the closed model. */
  dropped: number;
  /** Existing virtual users, including those that were added during the run. */
  vus: number;
}

/** Health of the load generator itself: a starved generator measures itself, not the target. */
export interface GeneratorHealth {
  /** CPU of the k6 process ÷ cores available. */
  cpuRatio: number | null;
  peakRssBytes: number | null;
  hostLoadAverage: number | null;
  droppedRatio: number;
}

/** k6's own formats, then those of other load generators. */
export type LoadFormat =
  | 'handle-summary'
  | 'summary-export'
  | 'machine-readable'
  | 'k6-json'
  | 'k6-csv'
  | 'k6-text'
  | 'locust-csv'
  | 'locust-json'
  | 'jmeter-jtl'
  | 'gatling'
  | 'vegeta'
  | 'wrk'
  | 'hey'
  | 'ab'
  | 'oha'
  | 'artillery'
  | 'autocannon';

/** One finished load run in one shape, whichever tool and format it came from. */
export interface LoadResult {
  format: LoadFormat;
  k6Version: string | null;
  exitCode: number | null;
  /** Duration of the judged part, milliseconds; null when the summary does not tell. */
  durationMs: number | null;
  requests: number;
  requestRate: number;
  iterations: number | null;
  /** 0 when `failuresUnknown`. */
  failedRatio: number;
  /** The file does not tell how many requests failed. Never set for a run of ours. */
  failuresUnknown?: true | undefined;
  droppedIterations: number;
  /** Latency of expected responses where the summary has them apart, else of all. */
  latencyMs: LatencyMs;
  timingMs: RequestTimingMs | null;
  thresholds: ThresholdResult[];
  subWindows: SubWindow[];
  /** The run over time, at most `mostMoments` samples. Absent when nobody sampled it, and in older runs. */
  moments?: LoadMoment[] | undefined;
  generator: GeneratorHealth | null;
  /** Script exceptions, refused connections, status codes: text → count. */
  errors: Record<string, number>;
  /** One failed answer: its kind as in `errors`, and the redacted beginning of its body. Absent when none failed or none was kept. */
  failedAnswer?: { answer: string; body: string } | undefined;
  /** More percentiles of the same latency. A quantile between two of them is bounded by both. */
  percentiles?: KnownPercentile[] | undefined;
  /** What the run did when it sent no HTTP request: `gRPC`, `WebSocket`, `browser` or the names of its own metrics. */
  insteadOfHttp?: string | null | undefined;
  /** What a reader has to know about the file: rounded values, several endpoints in one percentile. */
  notes?: string[] | undefined;
  /** Of a load with stages, in their order. */
  stages?: StageResult[] | undefined;
}

export type ConfirmationVerdict = 'confirmed' | 'not-reproduced' | 'unproven';

/** The judgement of one run against the budgets: exit code, numbers and guards must agree. */
export interface Confirmation {
  verdict: ConfirmationVerdict;
  reasons: string[];
  observed: {
    p50Ms: number | null;
    p95Ms: number | null;
    p99Ms: number | null;
    meanMs: number | null;
    errorRatio: number;
    requestRate: number;
  };
  budget: Budgets;
  requests: number;
  requestRate: number;
  /** Which budgets are broken: `p95`, `p99`, `error-ratio`, `request-rate`… */
  broken: string[];
  /** Of a load with stages: the verdict on each that is judged. The one above is the worst of them. */
  stages?: StageVerdict[] | undefined;
}

/** What one stage measured. */
export interface StageResult {
  name: string;
  /** Until the run ended, if that was earlier than planned. */
  durationMs: number;
  /** Requests per second that were planned on average; null in the closed model. */
  offeredRate: number | null;
  requests: number;
  /** Answers per second. */
  requestRate: number;
  failedRatio: number;
  /** Requests that timed out or had no answer when the load ended: they are slower than any limit. */
  slow: number;
  /** Planned requests that were never sent because no user was free; always 0 in the closed model. */
  droppedIterations: number;
  /** `p999` is null below 1000 answers, because the slowest thousandth is then less than one answer. */
  latencyMs: LatencyMs & { p999?: number | null };
}

/** The budgets against one judged stage. */
export interface StageVerdict {
  name: string;
  verdict: ConfirmationVerdict;
  reasons: string[];
  broken: string[];
}
