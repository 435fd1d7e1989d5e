/** What the workflows may ask of the world. Implemented by `createActivities(deps)`; workflows import the types only. */
import type { IdentityProof } from '../core/decisions/remedy/remedy-approval.js';
import type { ArtifactRef } from '../core/model/artifact.js';
import type { BisectSummary } from '../core/model/bisect.js';
import type { Branch, Diagnosis } from '../core/model/diagnosis.js';
import type { Cause, Remedy } from '../core/model/cause.js';
import type { Incident, Symptom } from '../core/model/incident.js';
import type { NotificationEvent } from '../core/model/notification.js';
import type { Rerun } from '../core/model/rerun.js';
import type { TargetSummary } from '../core/model/target.js';
import type { HealthyRun, MeasuredLoad } from '../core/model/comparison.js';
import type { Budgets, Confirmation, LoadPlan, LoadResult } from '../core/model/load-result.js';
import type { MissingEvidence } from '../core/model/observation.js';

/** One alert as the hook or the command line passes it in. It contains no secret. */
export interface AlertSummary {
  /** Name of the alert source, or `cli`. */
  source: string;
  /** Delivery or alert id of the source; duplicates attach to the same incident. */
  id: string;
  status: 'firing' | 'resolved';
  title: string;
  startsAt: string | null;
  receivedAt: string;
  labels: Record<string, string>;
  severity: string | null;
  symptom: Symptom | null;
  links: string[];
}

/** Options of one triage; they take precedence over the catalog. */
export interface TriageOptions {
  durationMs?: number;
  rate?: number;
  vus?: number;
  budgets?: Budgets;
  /** Absolute paths, readable by the worker. */
  script?: string;
  profileFile?: string;
  planFile?: string;
}

/** Input of `respondToIncident`. */
export interface IncidentInput {
  incidentId: string;
  /** `service/endpoint`, or `METHOD URL` whose host is in the catalog. */
  endpoint: string;
  symptom: Symptom | null;
  acceptedAt: string;
  options: TriageOptions;
}

export type ResolvedTarget = { ok: true; target: TargetSummary; plan: LoadPlan; symptom: Symptom | null } | { ok: false; reason: string };

export interface LoadRequest {
  /** Distinguishes the loads of one workflow; the start message returns it. */
  key: string;
  /** Prefix of the names of the stored files. */
  artifactPrefix: string;
  endpoint: string;
  plan: LoadPlan;
  budgets: Budgets;
  /** What was observed in production; the judge wants to see it again. */
  symptom: Symptom | null;
  /** Tell the workflow when k6 runs, because its captures start then. */
  announce: boolean;
}

interface JudgedLoad {
  confirmation: Confirmation;
  load: LoadResult;
  /** ISO times at which k6 started, the judged part began, and it ended. */
  startedAt: string;
  measuredFrom: string;
  endedAt: string;
}

/** Files of a load that stay on the machine that ran it until they are stored. `folder` is a name among the work folders there, `files` are names in it. */
export interface KeptFiles {
  host: string;
  folder: string;
  files: { name: string; kind: string }[];
}

/** A load that was held; `kept` is null when it left no files. */
export interface HeldLoad extends JudgedLoad {
  kept: KeptFiles | null;
}

export interface StoreLoadRequest extends Pick<KeptFiles, 'folder' | 'files'> {
  artifactPrefix: string;
}

export interface LoadRun extends JudgedLoad {
  artifacts: ArtifactRef[];
}

/** All runs of each side. The plan decides which healthy runs belong to the same load. */
export interface CompareRequest {
  endpoint: string;
  plan: LoadPlan;
  budgets: Budgets;
  before: MeasuredLoad[];
  after: MeasuredLoad[];
}

export interface HealthyRunReport {
  endpoint: string;
  plan: LoadPlan;
  run: HealthyRun;
}

/** Sent to the workflow by `runLoad` when k6 really runs (again after a retry); the captures start then. */
export interface LoadStarted {
  /** The key of the request. */
  key: string;
  attempt: number;
  startedAt: string;
  /** Milliseconds from then until the judged part begins, and its length. */
  measuredInMs: number;
  durationMs: number;
  /** The machine that runs the load. The captures run there, too, unless the catalog names another machine. */
  host: string;
}

export interface CaptureRequest {
  /** Incident, optimization or load test. */
  ownerId: string;
  endpoint: string;
  /** Waits this long (the rest of the warm-up), then captures for `durationMs`. */
  delayMs: number;
  durationMs: number;
  options: TriageOptions;
}

/** Result of any capture: a few words for the status board, everything else as artifacts named below. */
export interface Capture {
  /** One line for humans: `1 412 samples, 0.93 cores busy, top leaf fib 61 %`. */
  headline: string;
  artifacts: ArtifactRef[];
  missing: MissingEvidence[];
}

/** `kind` is the id of the kind of evidence. */
export interface KindCapture extends Capture {
  kind: string;
}

/** Everything captured in the load window, by reference. */
export interface EvidenceSet {
  incidentId: string;
  endpoint: string;
  symptom: Symptom | null;
  options: TriageOptions;
  /** The load that was offered. */
  plan: LoadPlan;
  run: LoadRun;
  /** The load that confirmed the symptom, if `plan` and `run` are the second look at an outage. */
  confirmedBy?: { plan: LoadPlan; load: LoadResult };
  /** One for each kind of evidence that was taken or should have been. */
  captures: KindCapture[];
}

export interface BranchDecision {
  branch: Branch;
  reasons: string[];
}

export interface RemedyPlan {
  /** SHA-256 of the canonical JSON of the rest: an approval is bound to it. */
  planId: string;
  service: string;
  causeId: string;
  remedy: Remedy;
  /** Database of the catalog the statement belongs to. */
  database: string | null;
  undo: string;
  expiresAt: string;
  /** Absent: anybody may approve. */
  approval?: 'other-than-requester';
  /** If the remedy is a runbook, exactly this is run: this snapshot with these parameters. */
  runbook?: { name: string; file: string; snapshot: string; digest: string; parameters: Record<string, string> };
}

/** Who allowed a remedy to be applied or taken back, and how their identity was proven. */
export interface RemedyApproval {
  by: string;
  proof: IdentityProof;
}

export interface AppliedRemedy {
  planId: string;
  applied: boolean;
  detail: string;
  tookMs: number;
}

/** What a look at a commit bisector found. */
export type BisectLook = { state: 'searching' } | { state: 'answered'; summary: BisectSummary } | { state: 'gone'; why: string };

export interface IncidentActivities {
  resolveTarget(input: IncidentInput): Promise<ResolvedTarget>;
  /** Task queue `load`. Heartbeats live k6 numbers; kills the k6 group on cancel. Exit code 99 is a result. */
  runLoad(request: LoadRequest): Promise<HeldLoad>;
  /** Runs on the machine that ran the load, and is retried without another load. The folder is removed when everything is stored. */
  storeLoad(request: StoreLoadRequest): Promise<ArtifactRef[]>;
  /** Takes the evidence of one kind, on the queue of its scope. The four activities below do the same under the names that histories contain. */
  capture(kind: string, request: CaptureRequest): Promise<Capture>;
  /** Artifacts: `profile-summary.json`, `flame.json`, the raw capture, for Node `request-trace.json`. */
  captureProfile(request: CaptureRequest): Promise<Capture>;
  /** Artifact: `service.json` (ServiceObservation). */
  observeService(request: CaptureRequest): Promise<Capture>;
  /** Artifact: `databases.json` (DatabaseObservation[]). */
  observeDatabases(request: CaptureRequest): Promise<Capture>;
  decideBranch(set: EvidenceSet): Promise<BranchDecision>;
  /** Artifacts: `query-scan.json` (QueryScan[]), plans. */
  scanQueries(set: EvidenceSet): Promise<Capture>;
  localize(set: EvidenceSet, decision: BranchDecision): Promise<Diagnosis>;
  /** Artifacts `report.md`, `report.json`, `report.html`. Refuses a report with an uncited claim. */
  writeReport(incident: Incident, set: EvidenceSet | null): Promise<ArtifactRef[]>;
  compareRuns(request: CompareRequest): Promise<Omit<Rerun, 'outcome' | 'at'>>;
  /** Records what this load costs while the service is well; idempotent. `kept` is false when the run is slower than those on record. */
  keepHealthyRun(report: HealthyRunReport): Promise<{ kept: boolean }>;
  /** `begunAt`: when the alert came; changes before it are suspected. Absent in older histories. */
  planRemedy(incidentId: string, endpoint: string, causes: Cause[], now: string, begunAt?: string): Promise<RemedyPlan | null>;
  /** `approval` is absent in older histories. */
  applyRemedy(incidentId: string, endpoint: string, plan: RemedyPlan, approval?: RemedyApproval): Promise<AppliedRemedy>;
  /** Undoes what applyRemedy did with this plan. */
  takeBackRemedy(incidentId: string, endpoint: string, plan: RemedyPlan, approval?: RemedyApproval): Promise<AppliedRemedy>;
  notify(incident: Incident, event: NotificationEvent): Promise<void>;
  /** What the bisector needs at the hand-off: whether a repository is configured, and what the incident knows so far. */
  describeHandOff(incident: Incident): Promise<{ repositoryConfigured: boolean; facts: string[] }>;
  /** Is the bisector still searching? If it was terminated or timed out, it cannot say so itself. */
  lookAtBisect(workflowId: string): Promise<BisectLook>;
}
