import { diagnose } from '../diagnosis/diagnose.js';
import type { Incident } from '../model/incident.js';
import type { Judgement } from '../diagnosis/judgement.js';
import { assembleInput } from './assemble.js';
import { documentReader } from './document.js';
import type { EvidenceContent } from './redact.js';

/**
 * The triage document of a window, from its evidence alone: the same answer that the incident gave, by the rules of today. What came after the
 * report (re-runs, remedy, bisector) is no part of the evidence.
 */
export function judgeEvidence({ manifest, documents }: EvidenceContent, by?: Judgement): Incident {
  const { incidentId, service, endpoint, symptom, confirmation, timing } = manifest;
  const incident = { incidentId, service, endpoint, symptom, confirmation, timing, reruns: [], artifacts: [], bisect: null };
  if (confirmation.verdict !== 'confirmed') {
    const nothing = { accounting: [], branch: null, causes: [], ruledOut: [], missingEvidence: [], evidence: [] };
    return { ...incident, ...nothing, outcome: confirmation.verdict, reasons: confirmation.reasons };
  }
  const diagnosis = diagnose(assembleInput(manifest, documentReader(documents, `evidence of ${incidentId}`)), by);
  return {
    ...incident,
    ...diagnosis,
    causes: [...diagnosis.causes].sort((a, b) => b.share - a.share),
    reasons: [...confirmation.reasons, ...diagnosis.reasons],
  };
}
