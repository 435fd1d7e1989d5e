import type { Incident } from '../core/model/incident.js';
import type { LoadPlan, LoadResult } from '../core/model/load-result.js';
import type { FlameNode, ProfileSummary, RequestTrace } from '../core/model/profile.js';
import type { ServiceObservation } from '../core/model/observation.js';
import type { DatabaseObservation, QueryScan } from '../core/model/database.js';
import type { SourceOrigin } from './source-origin.js';

/** Everything that a report shows. Parts that were not captured are null or empty, and the report says so. */
export interface ReportInput {
  incident: Incident;
  plan: LoadPlan | null;
  load: LoadResult | null;
  /** The short load after one that was stopped because everything failed; the captures were taken in this one. Null without an outage. */
  secondLook: { plan: LoadPlan; load: LoadResult } | null;
  profile: ProfileSummary | null;
  flame: FlameNode | null;
  trace: RequestTrace | null;
  service: ServiceObservation | null;
  databases: DatabaseObservation[];
  scans: QueryScan[];
  /** Null when there is no catalog, as for a window that is judged again offline. */
  source: SourceOrigin | null;
}
