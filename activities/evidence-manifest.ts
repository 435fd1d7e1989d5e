import { basename } from 'node:path';
import type { CaptureKind } from '../core/evidence/capture-kind.js';
import { documentNames } from '../core/evidence/registry.js';
import {
  evidenceFormat,
  evidenceVersion,
  type EvidenceManifest,
  type EvidenceWindow,
  type ManifestCapture,
} from '../core/evidence/manifest.js';
import { summaryArtifact } from '../core/decisions/load/summary-artifact.js';
import type { Incident } from '../core/model/incident.js';
import type { EvidenceSet, KindCapture } from './contract.js';

/** What an evidence set does not contain itself. */
interface Surroundings {
  /** `METHOD /path` of the endpoint. */
  route: string;
  kinds: readonly CaptureKind[];
}

/** The manifest of an incident's evidence set: everything that its captures left, by name. */
export function evidenceManifest(
  set: EvidenceSet,
  around: Surroundings,
  { service, timing }: Pick<Incident, 'service' | 'timing'>,
): EvidenceManifest {
  return { format: evidenceFormat, version: evidenceVersion, service, timing, ...evidenceWindow(set, around) };
}

/** What was offered, measured and captured in the load window. */
export function evidenceWindow(set: EvidenceSet, { route, kinds }: Surroundings): EvidenceWindow {
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
    captures: set.captures.map((capture) => listed(capture, documentNames(kinds))),
  };
}

/** The path of a user's own script is private. */
function withoutPath(plan: EvidenceSet['plan']): EvidenceSet['plan'] {
  return { ...plan, script: plan.script === null ? null : basename(plan.script) };
}

function listed({ kind, headline, artifacts, missing }: KindCapture, documents: ReadonlySet<string>): ManifestCapture {
  return {
    kind,
    headline,
    files: artifacts.filter(({ name }) => documents.has(name)).map((ref) => ({ name: ref.name, kind: ref.kind })),
    leftOut: artifacts
      .filter(({ name }) => !documents.has(name))
      .map((ref) => ({ name: ref.name, kind: ref.kind, sizeBytes: ref.sizeBytes, sha256: ref.sha256 })),
    missing,
  };
}
