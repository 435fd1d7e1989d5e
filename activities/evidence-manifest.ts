import { basename } from 'node:path';
import { purposeOf, type CaptureKindId } from '../core/evidence/capture-documents.js';
import {
  evidenceFormat,
  evidenceVersion,
  type EvidenceManifest,
  type EvidenceWindow,
  type ManifestCapture,
} from '../core/evidence/manifest.js';
import { summaryArtifact } from '../core/decisions/summary-artifact.js';
import type { Incident } from '../core/model/incident.js';
import type { Capture, EvidenceSet } from './contract.js';

/** The manifest of an incident's evidence set: everything that its captures left, by name. `route` is `METHOD /path` of the endpoint. */
export function evidenceManifest(
  set: EvidenceSet,
  route: string,
  { service, timing }: Pick<Incident, 'service' | 'timing'>,
): EvidenceManifest {
  return { format: evidenceFormat, version: evidenceVersion, service, timing, ...evidenceWindow(set, route) };
}

/** What was offered, measured and captured in the load window. */
export function evidenceWindow(set: EvidenceSet, route: string): EvidenceWindow {
  const { incidentId, endpoint, symptom, options, plan, run, confirmedBy } = set;
  const { startedAt, measuredFrom, endedAt, load, confirmation } = run;
  const fileName = (path: string | undefined): string | null => (path === undefined ? null : basename(path));
  return {
    incidentId,
    endpoint,
    route,
    symptom,
    plan: withoutPath(plan),
    load,
    loadArtifact: summaryArtifact(run.artifacts),
    confirmation,
    window: { startedAt, measuredFrom, endedAt },
    confirmedBy: confirmedBy === undefined ? null : { plan: withoutPath(confirmedBy.plan), load: confirmedBy.load },
    given: { profile: fileName(options.profileFile), plan: fileName(options.planFile) },
    captures: [
      listed('profile', set.profile),
      listed('service', set.service),
      listed('databases', set.databases),
      ...(set.scan === null ? [] : [listed('query-scan', set.scan)]),
    ],
  };
}

/** Where a script of the user's own lies is nobody else's business. */
function withoutPath(plan: EvidenceSet['plan']): EvidenceSet['plan'] {
  return { ...plan, script: plan.script === null ? null : basename(plan.script) };
}

function listed(kind: CaptureKindId, { headline, artifacts, missing }: Capture): ManifestCapture {
  return {
    kind,
    headline,
    files: artifacts.filter(({ name }) => purposeOf(name) !== null).map((ref) => ({ name: ref.name, kind: ref.kind })),
    leftOut: artifacts
      .filter(({ name }) => purposeOf(name) === null)
      .map((ref) => ({ name: ref.name, kind: ref.kind, sizeBytes: ref.sizeBytes, sha256: ref.sha256 })),
    missing,
  };
}
