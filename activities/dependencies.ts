/** What the activities need of the world, as small interfaces. The worker owns the implementations (`worker/dependencies/dependencies.ts`). */
import type { PlannedMitigation } from '../core/command/mitigation/mitigation-input.js';
import type { Audited } from '../core/model/audit.js';
import type { RequestSpec, DatabaseAccess, NotifierAccess } from '../config/resolve/resolve-access.js';
import type { Judgement } from '../core/diagnosis/judgement.js';
import type { CaptureKind } from '../core/evidence/capture-kind.js';
import type { CapturedDocument, ReadDocument } from '../core/evidence/document.js';
import type { HealthyRun } from '../core/model/comparison.js';
import type { ArtifactRef } from '../core/model/artifact.js';
import type { Symptom } from '../core/model/incident.js';
import type { Budgets, LoadPlan, LoadResult } from '../core/model/load-result.js';
import type { Notification } from '../core/model/notification.js';
import type { MissingEvidence } from '../core/model/observation.js';
import type { ReportInput } from '../report/report-input.js';
import type { SourceOrigin } from '../report/source-origin.js';
import type { BisectLook, LoadStarted, ResolvedTarget, TriageOptions } from './contract.js';

export interface ArtifactStore {
  /** Stores bytes under their hash; the same bytes and name twice are one artifact. */
  put(name: string, kind: string, content: string | Uint8Array): Promise<ArtifactRef>;
  putFile(name: string, kind: string, path: string): Promise<ArtifactRef>;
  /** The bytes, verified against the hash in the reference. */
  read(ref: Pick<ArtifactRef, 'path'>): Promise<Buffer>;
}

/** The service catalog. What `request`, `databases` and `notifiers` return contains secrets and never leaves an activity. */
export interface CatalogAccess {
  resolveTarget(endpoint: string, options: TriageOptions, symptom: Symptom | null): ResolvedTarget;
  request(endpoint: string): RequestSpec;
  databases(endpoint: string): { databases: DatabaseAccess[]; missing: MissingEvidence[] };
  notifiers(endpoint: string): NotifierAccess[];
  /** Who may approve a remedy. */
  approval(): 'any' | 'other-than-requester';
  /** Why no change may be made to the service now; null when it may. */
  changeRefusal(endpoint: string, atMs: number): string | null;
  remedies(endpoint: string): string[];
  hasRepository(endpoint: string): boolean;
  /** Where the source of the endpoint's service is; null when the catalog does not say. */
  source(endpoint: string): SourceOrigin | null;
  /** `METHOD /path` of the endpoint. */
  route(endpoint: string): string;
}

/** Live numbers of a running load; null = not known yet. Times in milliseconds, ratios 0..1. */
export interface LoadProgress {
  elapsedMs: number;
  vus: number;
  rps: number;
  p95Ms: number | null;
  failedRatio: number;
}

export interface LoadOrder {
  /** Catalog key, or METHOD URL. */
  endpoint: string;
  /** Who loads, for people: an incident or a bisect. */
  holder: string;
  request: RequestSpec;
  plan: LoadPlan;
  budgets: Budgets;
  /** Directory of this run, the same in every try, so that what an earlier try left running can be found. */
  workDir: string;
  signal: AbortSignal;
  /** Called while another load has the machine: at least `inFront` loads run before this one. */
  onWaiting: (inFront: number) => void;
  /** Called when this load has the machine. */
  onTurn: () => void;
  /** Called when users are running: when that was, how many milliseconds until the judged part begins, and how long it is. */
  onStarted: (started: Pick<LoadStarted, 'startedAt' | 'measuredInMs' | 'durationMs'>) => void;
  onProgress: (progress: LoadProgress) => void;
}

export interface FinishedLoad {
  result: LoadResult;
  startedAt: string;
  measuredFrom: string;
  endedAt: string;
  artifacts: { name: string; path: string; kind: string }[];
}

/** One capture: wait `delayMs`, then capture for `durationMs`. After the load both are 0, and `read` gives what the other captures left. */
export interface CaptureOrder {
  endpoint: string;
  delayMs: number;
  durationMs: number;
  /** Files that a person supplied, to be read instead of capturing. */
  options: TriageOptions;
  /** Documents of the window that exist already. */
  read: ReadDocument;
  signal: AbortSignal;
  onProgress: (text: string) => void;
}

/** The result of a capture: documents of its kind, files as the tool wrote them, and what could not be captured. */
export interface Captured {
  documents: CapturedDocument[];
  raw: { name: string; artifactKind: string; content: string | Uint8Array }[];
  missing: MissingEvidence[];
}

/** Takes the evidence of one kind. */
export interface CaptureAdapter {
  kind: CaptureKind;
  take(order: CaptureOrder): Promise<Captured>;
}

export interface RemedyOrder {
  /** Connection URL, with its secret. */
  url: string;
  /** If false, a role that may do anything is refused (RefusedError). */
  mayBeSuperuser: boolean;
  statement: string;
  /** Is put into the statement as a comment or application name, so that a DBA sees who ran it. */
  tag: string;
  signal: AbortSignal;
  onProgress: (text: string) => void;
}

export interface RunbookProposalOrder {
  service: string;
  causes: readonly { id: string; summary: string }[];
  begunAtMs: number;
  signal: AbortSignal;
}

/** `kinds`: the kinds in `remedies` of a catalog that allow it. */
export interface ProposedRunbook extends PlannedMitigation {
  kinds: readonly string[];
}

/** A guarded action on one database. It first looks whether it has already been done, and reports in one line what it did. */
export interface RemedyAction {
  kind: string;
  /** Kind of the databases on which it can be applied. */
  engine: string;
  /** Accepts a statement only if it contains everything that an approval binds, so that it cannot mean something else by the time somebody approves it. */
  canPlan(statement: string): boolean;
  /** The sentence or statement that takes it back. */
  undo(statement: string): string;
  apply: (order: RemedyOrder) => Promise<{ applied: boolean; detail: string }>;
  takeBack: ((order: RemedyOrder) => Promise<{ applied: boolean; detail: string }>) | null;
}

export interface ReportRenderers {
  markdown(input: ReportInput): string;
  json(input: ReportInput): string;
  html(input: ReportInput): string;
}

/** Runs of one load on one endpoint that kept their budgets, over all incidents. */
export interface HealthyRunStore {
  recall(endpoint: string, plan: LoadPlan): Promise<HealthyRun[]>;
  replace(endpoint: string, plan: LoadPlan, runs: HealthyRun[]): Promise<void>;
}

export interface ActivityDependencies {
  audited: Audited;
  artifacts: ArtifactStore;
  catalog: CatalogAccess;
  healthyRuns: HealthyRunStore;
  runLoad(order: LoadOrder): Promise<FinishedLoad>;
  /** One for each kind of evidence. */
  captures: readonly CaptureAdapter[];
  /** What describes and judges the evidence. */
  judgement: Judgement;
  remedies: readonly RemedyAction[];
  /** Runbooks that the evidence of a triage suggests, as they would run now, best first. Changes nothing. */
  proposeRunbooks(order: RunbookProposalOrder): Promise<ProposedRunbook[]>;
  render: ReportRenderers;
  notify(receiver: NotifierAccess, notification: Notification, signal: AbortSignal): Promise<void>;
  /** Link to the report that may be sent to people; null when no hook serves reports. */
  reportUrl(incidentId: string): string | null;
  /** A directory that is the same for the same key, for what must be found again after a crash. */
  workDirectory(key: string): string;
  /** Called when everything worth keeping was stored. */
  discardWorkDirectory(directory: string): Promise<void>;
  lookAtBisect: (workflowId: string) => Promise<BisectLook>;
  /** Name of this machine, as its task queue has it. */
  host: string;
  /** Sends a heartbeat and waits until the server has it. `gone`: the server no longer waits for this try. */
  acknowledgeHeartbeat(taskToken: Uint8Array, details: unknown): Promise<'heard' | 'gone'>;
  announceLoadStarted(workflow: { workflowId: string; runId: string }, started: LoadStarted): Promise<void>;
}
