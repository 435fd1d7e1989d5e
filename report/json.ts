import type { Incident } from '../core/model/incident.js';
import type { ReportInput } from './report-input.js';

/** The triage document as one JSON text: the keys of the contract in its order, and nothing else that the object may have at run time. */
export function renderJson({ incident }: ReportInput): string {
  const document: Incident = {
    incidentId: incident.incidentId,
    outcome: incident.outcome,
    service: incident.service,
    endpoint: incident.endpoint,
    symptom: incident.symptom,
    confirmation: incident.confirmation,
    accounting: incident.accounting,
    ...(incident.accountChecks === undefined ? {} : { accountChecks: incident.accountChecks }),
    branch: incident.branch,
    causes: [...incident.causes].sort((a, b) => b.share - a.share),
    ruledOut: incident.ruledOut,
    missingEvidence: incident.missingEvidence,
    ...(incident.notJudged === undefined ? {} : { notJudged: incident.notJudged }),
    evidence: incident.evidence,
    timing: incident.timing,
    reruns: incident.reruns,
    artifacts: incident.artifacts,
    reasons: incident.reasons,
    ...(incident.bisectId === undefined ? {} : { bisectId: incident.bisectId }),
    bisect: incident.bisect,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
