import type { Incident } from '../../model/incident.js';

/** Evidence of a triage as a text outside of its report: number, triage, and what it says. */
export function cite({ incidentId, evidence }: Pick<Incident, 'incidentId' | 'evidence'>, ids: readonly string[]): string[] {
  return ids.map((id) => {
    const summary = evidence.find((one) => one.id === id)?.summary;
    return summary === undefined ? `${id} of ${incidentId}` : `${id} of ${incidentId}: ${summary}`;
  });
}
