import type { Incident } from '../../../core/model/incident.js';
import { shellWord } from '../../../report/shell-word.js';
import type { Typed } from '../command-context.js';

/** What to type next, and why; null when nothing is left to do here. */
export function nextCommand(
  { incidentId, endpoint, outcome, causes }: Pick<Incident, 'incidentId' | 'endpoint' | 'outcome' | 'causes'>,
  typed: Typed,
): string | null {
  const quoted = shellWord(endpoint);
  switch (outcome) {
    case null:
      return typed(`status ${incidentId}`);
    case 'localized':
    case 'mixed':
      return causes.some(({ remedy }) => remedy.kind !== 'none')
        ? `${typed(`rerun ${quoted}`)}        # after the remedy: the same load again, is it fixed?`
        : `${typed(`rerun ${quoted}`)}        # after a change: the same load again, is it fixed?`;
    case 'capacity':
      return `${typed(`triage ${quoted} --rate N`)}        # how much does it carry? a lower rate tells`;
    case 'still-failing':
      return `${typed(`triage ${quoted}`)}        # close this one first: ${typed(`close ${incidentId}`)}`;
    case 'not-reproduced':
      return `${typed(`triage ${quoted} --duration 5m`)}        # longer, or with the rate of the bad hour: --rate N`;
    case 'unproven':
      return `${typed(`triage ${quoted} --duration 2m`)}        # enough requests to be sure`;
    case 'inconclusive':
      return `${typed('doctor')}        # what evidence could not be taken here, and how to get it`;
    case 'resolved':
      return typed(`report ${incidentId} --format html`);
    case 'refused':
      return null;
  }
}
