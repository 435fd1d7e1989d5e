import type { Incident } from '../../core/model/incident.js';

const endedAtOnce = new Set<Incident['outcome']>(['refused', 'not-reproduced', 'unproven']);

/** These incidents do not wait for a re-run: they are over. */
export function isEndedAtOnce(incident: Pick<Incident, 'outcome'>): boolean {
  return endedAtOnce.has(incident.outcome);
}

/** The missing evidence that is the next thing to do, where no remedy and no commit is; null where one of these is. */
export function gapToldAbove(incident: Incident): Incident['missingEvidence'][number] | null {
  const { causes, outcome, bisect, bisectId, missingEvidence } = incident;
  const hasRemedy = causes[0] !== undefined && causes[0].remedy.kind !== 'none';
  const isSearched = bisect?.outcome === 'culprit' || (bisect === null && bisectId !== undefined);
  return outcome === 'resolved' || hasRemedy || isEndedAtOnce(incident) || isSearched ? null : (missingEvidence[0] ?? null);
}
