import type { Remedy } from './cause.js';
import type { Budgets } from './load-result.js';

/** One kind of evidence that is taken in the window of a load, in words. `core/evidence` defines the kind itself. */
export interface CaptureTask {
  /** Id of the kind. */
  kind: string;
  /** Its row on the board. */
  stage: string;
  /** What is missing when it cannot be taken. */
  what: string;
  /** Title in the timeline of the Web UI, without the length, which is added. */
  title: string;
  /** A longer window gains nothing; null = use the whole window. */
  longestMs: number | null;
}

/** What the catalog says about the target. It contains no secret, so it may be in a workflow history. */
export interface TargetSummary {
  service: string;
  endpoint: string;
  environment: 'development' | 'staging' | 'production';
  method: string;
  /** The URL without the values of its query. */
  displayUrl: string;
  budgets: Budgets;
  databases: string[];
  remedies: Remedy['kind'][];
  /** Temporal task queue of the host whose agent captures profile and process; null = the worker's own. */
  captureQueue: string | null;
  repositoryConfigured: boolean;
  /** What is captured while a load runs, according to the worker that resolved the target. Absent in older histories. */
  captures?: CaptureTask[];
  /** When people are called: `incidents.declare` of the catalog. Absent: never, as in a catalog without `incidents`. */
  declare?: 'confirmed' | 'alert' | 'never';
}
