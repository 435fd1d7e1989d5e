import { givenPlanUnused } from '../database/plan/given-plan.js';
import type { DiagnosisInput } from '../diagnosis/input.js';
import type { DatabaseObservation, QueryScan } from '../model/database.js';
import type { MissingEvidence, ServiceObservation } from '../model/observation.js';
import type { ProfileSummary, RequestTrace } from '../model/profile.js';
import type { CaptureKindId } from './capture-documents.js';
import type { EvidenceWindow, ManifestCapture } from './manifest.js';

/** Documents of an evidence set by file name, as they were parsed. */
export type EvidenceDocuments = ReadonlyMap<string, unknown>;

/** Puts the captures of one window together again. Plan and budgets are those that the load ran with. */
export function assembleInput(window: EvidenceWindow, documents: EvidenceDocuments): DiagnosisInput {
  const document = (kind: CaptureKindId, name: string): unknown => {
    const listed = captureOf(window, kind)?.files.some((file) => file.name === name) === true;
    return listed ? (documents.get(name) ?? null) : null;
  };
  const service = document('service', 'service.json') as ServiceObservation | null;
  const databases = (document('databases', 'databases.json') ?? []) as DatabaseObservation[];
  const scans = document('query-scan', 'query-scan.json') as QueryScan[] | null;
  const told = [
    service?.missing ?? [],
    databases.flatMap(({ missing }) => missing),
    (scans ?? []).flatMap(({ missing }) => missing),
  ].flat();
  const named = (kind: CaptureKindId, name: string): string | null => (document(kind, name) === null ? null : name);
  return {
    route: window.route,
    budgets: window.confirmation.budget,
    plan: window.plan,
    load: window.load,
    confirmation: window.confirmation,
    profile: document('profile', 'profile-summary.json') as ProfileSummary | null,
    trace: document('profile', 'request-trace.json') as RequestTrace | null,
    service,
    databases,
    scans,
    missing: [...gapsOf(window, told), ...unusedPlan(window, scans)],
    artifacts: {
      load: window.loadArtifact,
      profile: named('profile', 'profile-summary.json'),
      trace: named('profile', 'request-trace.json'),
      service: named('service', 'service.json'),
      databases: named('databases', 'databases.json'),
      scan: named('query-scan', 'query-scan.json'),
    },
  };
}

function captureOf(window: EvidenceWindow, kind: CaptureKindId): ManifestCapture | undefined {
  return window.captures.find((capture) => capture.kind === kind);
}

/** The observations carry their own gaps; here only those of captures that left nothing else behind, or of what an observation cannot know. */
function gapsOf({ captures }: EvidenceWindow, told: readonly MissingEvidence[]): MissingEvidence[] {
  const known = new Set(told.map(({ id }) => id));
  const all = captures.flatMap(({ missing }) => missing);
  return all.filter(({ id }, index) => !known.has(id) && all.findIndex((other) => other.id === id) === index);
}

/** A plan that a person gave belongs to a statement of the query scan; without a scan it tells nothing, and that is said. */
function unusedPlan(window: EvidenceWindow, scans: QueryScan[] | null): MissingEvidence[] {
  const { plan } = window.given;
  if (plan === null || (scans !== null && scans.length > 0)) return [];
  const why =
    captureOf(window, 'query-scan') === undefined
      ? 'the statements of the database were not scanned: the evidence points elsewhere, or the catalog names no database of the service'
      : 'no database of the service could be scanned';
  return [givenPlanUnused(plan, why)];
}
