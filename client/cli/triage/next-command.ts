import type { Incident } from '../../../core/model/incident.js';

/** What to type next, and what for; null when nothing is left to do here. */
export function nextCommand({
  incidentId,
  endpoint,
  outcome,
  causes,
}: Pick<Incident, 'incidentId' | 'endpoint' | 'outcome' | 'causes'>): string | null {
  const quoted = /[\s?&]/.test(endpoint) ? `"${endpoint}"` : endpoint;
  switch (outcome) {
    case null:
      return `perf-responder status ${incidentId}`;
    case 'localized':
    case 'mixed':
      return causes.some(({ remedy }) => remedy.kind !== 'none')
        ? `perf-responder rerun ${quoted}        # after the remedy: the same load again, is it fixed?`
        : `perf-responder rerun ${quoted}        # after a change: the same load again, is it fixed?`;
    case 'capacity':
      return `perf-responder triage ${quoted} --rate N        # how much does it carry? a lower rate tells`;
    case 'still-failing':
      return `perf-responder triage ${quoted}        # close this one first: perf-responder close ${incidentId}`;
    case 'not-reproduced':
      return `perf-responder triage ${quoted} --duration 5m        # longer, or with the rate of the bad hour: --rate N`;
    case 'unproven':
      return `perf-responder triage ${quoted} --duration 2m        # enough requests to be sure`;
    case 'inconclusive':
      return 'perf-responder doctor        # what evidence could not be taken here, and how to get it';
    case 'resolved':
      return `perf-responder report ${incidentId} --format html`;
    case 'refused':
      return null;
  }
}
