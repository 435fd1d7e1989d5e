import type { ArtifactRef } from './artifact.js';
import type { BisectSummary } from './bisect.js';
import type { Cause, NotJudged, RuledOut } from './cause.js';
import type { AccountCheck, AccountingLine, Branch, Evidence } from './diagnosis.js';
import type { Confirmation } from './load-result.js';
import type { MissingEvidence } from './observation.js';
import type { Outcome } from './outcome.js';
import type { Rerun } from './rerun.js';

/** What the person or system that raised the alarm observed: `p95 900ms`, `p99 2s`, `errors 12%`, `rate 20/s`. */
export interface Symptom {
  metric: 'p50' | 'p95' | 'p99' | 'error-ratio' | 'request-rate';
  /** Milliseconds, a ratio 0..1, or requests per second. */
  value: number;
  text: string;
}

export interface Timing {
  /** ISO 8601. */
  acceptedAt: string;
  /** The whole load window, including warm-up. */
  loadWindowMs: number | null;
  /** Time since `acceptedAt`. */
  reportReadyMs: number | null;
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
  /** Absent when there is no account, and in incidents that are older than its checks. */
  accountChecks?: AccountCheck[];
  branch: Branch | null;
  causes: Cause[];
  ruledOut: RuledOut[];
  missingEvidence: MissingEvidence[];
  /** Absent when nothing was diagnosed, and in incidents that are older than the rules' lists of required evidence. */
  notJudged?: NotJudged[];
  evidence: Evidence[];
  timing: Timing;
  reruns: Rerun[];
  artifacts: ArtifactRef[];
  /** Why the outcome is what it is, in sentences. */
  reasons: string[];
  /** Workflow of the bisector that searches for the commit; absent when nobody asked it. */
  bisectId?: string;
  bisect: BisectSummary | null;
}
