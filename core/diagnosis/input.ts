import type { ReadDocument } from '../evidence/document.js';
import type { DatabaseObservation, QueryScan } from '../model/database.js';
import type { Budgets, Confirmation, LoadPlan, LoadResult } from '../model/load-result.js';
import type { MissingEvidence, ServiceObservation } from '../model/observation.js';
import type { ProfileSummary, RequestTrace } from '../model/profile.js';

/** Everything that was captured in one load window. Null = could not be had (`missing` says why), or was not examined yet. */
export interface DiagnosisInput {
  /** `METHOD /path` of the endpoint in the alert. */
  route: string;
  budgets: Budgets;
  plan: LoadPlan;
  load: LoadResult;
  /** Name of the artifact that holds the numbers of the load. */
  loadArtifact: string | null;
  confirmation: Confirmation;
  /** Any document of the window, by its kind. The fields below are those that the account is made of. */
  read: ReadDocument;
  profile: ProfileSummary | null;
  trace: RequestTrace | null;
  service: ServiceObservation | null;
  databases: DatabaseObservation[];
  /** Null until the query scan ran. */
  scans: QueryScan[] | null;
  missing: MissingEvidence[];
}
