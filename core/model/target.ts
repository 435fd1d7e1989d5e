import type { Remedy } from './cause.js';
import type { Budgets } from './load-result.js';

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
