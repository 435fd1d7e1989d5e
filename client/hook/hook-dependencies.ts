import type { AlertSummary } from '../../activities/contract.js';
import type { PostedChange } from '../../adapters/changes/posted-changes.js';
import type { StatusPages } from './pages/status-page.js';
import type { PageIncidents } from './pages/page-incidents.js';
import type { Catalog } from '../../config/catalog.js';

export type ReportFormat = 'html' | 'md' | 'json';

export interface Started {
  incidentId: string;
  started: boolean;
  /** Why the incident does not progress; absent when it does. */
  problem?: string;
}

/** The alert starts nothing, for this reason. */
export interface Ignored {
  ignored: string;
}

/** What the hook needs of the incidents. Every method may reject: that is our own outage and becomes a 503. */
export interface HookIncidents {
  /** Starts the incident of this endpoint, or attaches the alert to the open one (signal-with-start: needs no running worker). */
  startOrAttach(endpoint: string, alert: AlertSummary): Promise<Started | Ignored>;
  /** Records a resolved alert on the open incident; null when none is open. Never starts one. */
  recordResolved(endpoint: string, alert: AlertSummary): Promise<{ incidentId: string } | null>;
  /** How many open incidents do not progress. */
  countStuck(): Promise<number>;
  /** How many incidents of people were ended from outside within a day. */
  countLost(): Promise<number>;
  /** The status document; null when there is no such incident. */
  describe(incidentId: string): Promise<unknown>;
  /** The report as text; null when there is none (yet). */
  readReport(incidentId: string, format: ReportFormat): Promise<string | null>;
  /** One artifact that the report lists, by its name; null when there is no such incident or artifact. `content` is null when it is too large. */
  readArtifact(incidentId: string, name: string, mostBytes: number): Promise<{ content: Buffer | null; sizeBytes: number } | null>;
  /** Rejects when Temporal cannot be reached. */
  ping(): Promise<void>;
}

export interface HookDependencies {
  catalog: Catalog;
  incidents: HookIncidents;
  /** Incidents that people are called for, as the pages show them. */
  pages: PageIncidents;
  /** The public status page; null for paths that are not on it. */
  statusPages: StatusPages;
  /** Bearer token that `dev` made because the catalog's secrets are not there; null otherwise. */
  madeToken: string | null;
  /** Key of signed links to reports. */
  linkKey: () => string;
  /** Keeps a change that was reported to `POST /changes` and returns its id. */
  storeChange: (change: Omit<PostedChange, 'changeId' | 'receivedAt'>) => Promise<string>;
  /** Where deliveries that were not understood are kept. */
  rejectedDirectory: string;
  log: (message: string) => void;
}
