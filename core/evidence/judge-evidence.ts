import { diagnose } from '../diagnosis/diagnose.js';
import type { Incident } from '../model/incident.js';
import { assembleInput, type EvidenceDocuments } from './assemble.js';
import type { EvidenceManifest } from './manifest.js';

/**
 * The triage document of a window, from its evidence alone: the same answer that the incident gave, by the rules of today. What came after the
 * report (re-runs, remedy, bisector) is no part of the evidence.
 */
export function judgeEvidence(manifest: EvidenceManifest, documents: EvidenceDocuments): Incident {
  const { incidentId, service, endpoint, symptom, confirmation, timing } = manifest;
  const incident = { incidentId, service, endpoint, symptom, confirmation, timing, reruns: [], artifacts: [], bisect: null };
  if (confirmation.verdict !== 'confirmed') {
    const nothing = { accounting: [], branch: null, causes: [], ruledOut: [], missingEvidence: [], evidence: [] };
    return { ...incident, ...nothing, outcome: confirmation.verdict, reasons: confirmation.reasons };
  }
  const diagnosis = diagnose(assembleInput(manifest, documents));
  return {
    ...incident,
    ...diagnosis,
    causes: [...diagnosis.causes].sort((a, b) => b.share - a.share),
    reasons: [...confirmation.reasons, ...diagnosis.reasons],
  };
}
