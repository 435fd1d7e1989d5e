import type { Incident } from '../../core/model/incident.js';

const endedAtOnce = new Set<Incident['outcome']>(['refused', 'not-reproduced', 'unproven']);

/** These incidents are over and do not wait for a re-run. */
export function isEndedAtOnce(incident: Pick<Incident, 'outcome'>): boolean {
  return endedAtOnce.has(incident.outcome);
}

/** The missing evidence to get next if there is neither a remedy nor a commit; otherwise null. */
export function gapToldAbove(incident: Incident): Incident['missingEvidence'][number] | null {
  const { causes, outcome, bisect, bisectId, missingEvidence } = incident;
  const hasRemedy = causes[0] !== undefined && causes[0].remedy.kind !== 'none';
  const isSearched = bisect?.outcome === 'culprit' || (bisect === null && bisectId !== undefined);
  return outcome === 'resolved' || hasRemedy || isEndedAtOnce(incident) || isSearched ? null : (missingEvidence[0] ?? null);
}
