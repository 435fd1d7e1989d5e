import { basename } from 'node:path';
import { givenPlanUnused } from '../core/database/plan/given-plan.js';
import { summaryArtifact } from '../core/decisions/summary-artifact.js';
import { decideBranch, diagnose } from '../core/diagnosis/diagnose.js';
import type { DiagnosisInput } from '../core/diagnosis/input.js';
import type { DatabaseObservation, QueryScan } from '../core/model/database.js';
import type { MissingEvidence, ServiceObservation } from '../core/model/observation.js';
import type { ProfileSummary, RequestTrace } from '../core/model/profile.js';
import { readCapture } from './capture.js';
import type { Capture, EvidenceSet, IncidentActivities } from './contract.js';
import type { ActivityDependencies } from './dependencies.js';

function nameOf(capture: Capture | null, name: string): string | null {
  return capture?.artifacts.some((artifact) => artifact.name === name) === true ? name : null;
}

/** The observations carry their own gaps; here only those of captures that left nothing else behind, or of what an observation cannot know. */
function gapsOf(set: EvidenceSet, told: readonly MissingEvidence[]): MissingEvidence[] {
  const known = new Set(told.map(({ id }) => id));
  const all = [set.profile, set.service, set.databases, ...(set.scan === null ? [] : [set.scan])].flatMap(({ missing }) => missing);
  return all.filter(({ id }, index) => !known.has(id) && all.findIndex((other) => other.id === id) === index);
}

/** A plan that a person gave belongs to a statement of the query scan; without a scan it tells nothing, and that is said. */
function unusedPlan(set: EvidenceSet, scans: QueryScan[] | null): MissingEvidence[] {
  const { planFile } = set.options;
  if (planFile === undefined || (scans !== null && scans.length > 0)) return [];
  const why =
    set.scan === null
      ? 'the statements of the database were not scanned: the evidence points elsewhere, or the catalog names no database of the service'
      : 'no database of the service could be scanned';
  return [givenPlanUnused(basename(planFile), why)];
}

/** Puts the captures of one window together again. Plan and budgets are those that the load ran with. */
async function readEvidence(deps: ActivityDependencies, set: EvidenceSet): Promise<DiagnosisInput> {
  const [profile, trace, service, databases, scans] = await Promise.all([
    readCapture<ProfileSummary>(deps, set.profile, 'profile-summary.json'),
    readCapture<RequestTrace>(deps, set.profile, 'request-trace.json'),
    readCapture<ServiceObservation>(deps, set.service, 'service.json'),
    readCapture<DatabaseObservation[]>(deps, set.databases, 'databases.json'),
    readCapture<QueryScan[]>(deps, set.scan, 'query-scan.json'),
  ]);
  const told = [
    service?.missing ?? [],
    (databases ?? []).flatMap(({ missing }) => missing),
    (scans ?? []).flatMap(({ missing }) => missing),
  ].flat();
  const loadArtifact = summaryArtifact(set.run.artifacts);
  return {
    route: deps.catalog.route(set.endpoint),
    budgets: set.run.confirmation.budget,
    plan: set.plan,
    load: set.run.load,
    confirmation: set.run.confirmation,
    profile,
    trace,
    service,
    databases: databases ?? [],
    scans,
    missing: [...gapsOf(set, told), ...unusedPlan(set, scans)],
    artifacts: {
      load: loadArtifact,
      profile: nameOf(set.profile, 'profile-summary.json'),
      trace: nameOf(set.profile, 'request-trace.json'),
      service: nameOf(set.service, 'service.json'),
      databases: nameOf(set.databases, 'databases.json'),
      scan: nameOf(set.scan, 'query-scan.json'),
    },
  };
}

export function createDiagnoseActivities(
  deps: ActivityDependencies,
): Pick<IncidentActivities, 'resolveTarget' | 'decideBranch' | 'localize'> {
  return {
    resolveTarget: ({ endpoint, options, symptom }) => Promise.resolve(deps.catalog.resolveTarget(endpoint, options, symptom)),
    decideBranch: async (set) => decideBranch(await readEvidence(deps, set)),
    localize: async (set) => diagnose(await readEvidence(deps, set)),
  };
}
