/** The JSON documents of the command line and the hook. */
import type { Incident } from '../../core/model/incident.js';
import type { IncidentStatus } from '../../workflows/respond/messages.js';
import type { IncidentListing } from './incident-lookup.js';

export type StatusDocument = IncidentListing &
  Pick<IncidentStatus, 'stage' | 'alerts' | 'confirmations' | 'needsHuman' | 'remedyPlan'> & { reasons: string[] };

/** `status ID --json` and `GET /incidents/{id}`. */
export function statusDocument(status: IncidentStatus): StatusDocument {
  const { incident, phase, stage, alerts, confirmations, needsHuman, remedyPlan, startedAt, endedAt } = status;
  const { incidentId, service, endpoint, outcome, reasons } = incident;
  return {
    incidentId,
    service,
    endpoint,
    phase,
    outcome,
    startedAt,
    endedAt,
    stage,
    alerts,
    confirmations,
    needsHuman,
    remedyPlan,
    reasons,
  };
}

/** An incident of which only the reason is known. */
export function emptyIncident(acceptedAt: string, reason: string): Omit<Incident, 'incidentId' | 'service' | 'endpoint' | 'outcome'> {
  return {
    symptom: null,
    confirmation: null,
    accounting: [],
    branch: null,
    causes: [],
    ruledOut: [],
    missingEvidence: [],
    evidence: [],
    timing: { acceptedAt, loadWindowMs: null, reportReadyMs: null },
    reruns: [],
    artifacts: [],
    reasons: [reason],
    bisect: null,
  };
}

/** The triage document of a request that was refused before anything was started. */
export function refusedDocument(endpoint: string, reason: string): Omit<Incident, 'incidentId'> & { incidentId: null } {
  return {
    incidentId: null,
    outcome: 'refused',
    // `METHOD URL` names no service.
    service: /^[^\s/]+\/[^\s/]+$/.test(endpoint) ? (endpoint.split('/')[0] ?? '') : '',
    endpoint,
    ...emptyIncident(new Date().toISOString(), reason),
  };
}
