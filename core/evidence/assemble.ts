import { givenPlanUnused } from '../database/plan/given-plan.js';
import type { DiagnosisInput } from '../diagnosis/input.js';
import type { QueryScan } from '../model/database.js';
import type { MissingEvidence } from '../model/observation.js';
import type { ReadDocument } from './document.js';
import { databasesDocument } from './kinds/databases.js';
import { profileDocument, traceDocument } from './kinds/profile.js';
import { queryScanKind, scanDocument } from './kinds/query-scan.js';
import { serviceDocument } from './kinds/service.js';
import type { EvidenceWindow } from './manifest.js';

/** Puts the captures of one window together again. Plan and budgets are those that the load ran with. */
export function assembleInput(window: EvidenceWindow, documents: ReadDocument): DiagnosisInput {
  const listed = new Set(window.captures.flatMap(({ files }) => files.map(({ name }) => name)));
  const read: ReadDocument = (document) => (listed.has(document.name) ? documents(document) : null);
  const service = read(serviceDocument);
  const databases = read(databasesDocument) ?? [];
  const scans = read(scanDocument);
  const told = [service?.missing ?? [], ...[...databases, ...(scans ?? [])].map(({ missing }) => missing)].flat();
  return {
    route: window.route,
    budgets: window.confirmation.budget,
    plan: window.plan,
    load: window.load,
    loadArtifact: window.loadArtifact,
    confirmation: window.confirmation,
    read,
    profile: read(profileDocument),
    trace: read(traceDocument),
    service,
    databases,
    scans,
    missing: [...gapsOf(window, told), ...unusedPlan(window, scans)],
  };
}

/** The observations carry their own gaps; here only those of captures that left nothing else behind, or of what an observation cannot know. */
function gapsOf({ captures }: EvidenceWindow, told: readonly MissingEvidence[]): MissingEvidence[] {
  const known = new Set(told.map(({ id }) => id));
  const all = captures.flatMap(({ missing }) => missing);
  return all.filter(({ id }, index) => !known.has(id) && all.findIndex((other) => other.id === id) === index);
}

/** A plan that a person gave belongs to a statement of the query scan; without a scan it tells nothing, and that is said. */
function unusedPlan({ given, captures }: EvidenceWindow, scans: QueryScan[] | null): MissingEvidence[] {
  if (given.plan === null || (scans !== null && scans.length > 0)) return [];
  const wasScanned = captures.some(({ kind }) => kind === queryScanKind.id);
  const why = wasScanned
    ? 'no database of the service could be scanned'
    : 'the statements of the database were not scanned: the evidence points elsewhere, or the catalog names no database of the service';
  return [givenPlanUnused(given.plan, why)];
}
