import type { Cause } from '../../core/model/cause.js';
import type { Incident } from '../../core/model/incident.js';
import type { ReportInput } from '../report-input.js';
import { bullets, code, emphasis, rich, table, typed, type Rich, type Section } from '../rich-text.js';
import { shellWord } from '../shell-word.js';
import { remedyOfMissing } from './missing-remedy.js';
import { gapToldAbove } from './next-step.js';

/** Whom to call, by the component of a cause; for all others the service's owner. */
const owners: Record<string, string> = {
  'database query': 'the owner of the database',
  'database access': 'the owner of the service and its queries',
  'database locks': 'the owner of the database and of the blocking session',
  connections: 'the owner of the service and of the database',
  cache: 'the owner of the cache',
  host: 'the platform team',
  load: 'the service owner and whoever sends the load',
};

function ownerOf({ component, location }: Cause): Rich {
  if (component === 'downstream')
    return location.peer === undefined ? ['the owner of the dependency'] : rich`the owner of ${code(location.peer)}`;
  return [owners[component] ?? 'the service owner'];
}

export function escalationSection({ incident }: ReportInput): Section {
  return { id: 'escalation', title: 'Escalation path', blocks: bullets(steps(incident)) };
}

function steps(incident: Incident): Rich[] {
  const { outcome, causes, incidentId } = incident;
  const bisect = typed(`perf-responder bisect ${shellWord(incident.endpoint)}`);
  if (outcome === 'refused') return [['Correct what was refused; nobody else needs to be called for it.']];
  if (outcome === 'not-reproduced' || outcome === 'unproven')
    return [
      ['If the alert still fires: compare its traffic (routes, data, rate, time of day) with the load above, and call the service owner.'],
    ];
  const first = causes[0];
  if (outcome === 'resolved') {
    return [
      ['Nobody needs to be called: the re-run is within budget. A new alert starts a new incident.'],
      rich`To find the change that introduced it: ${bisect}`,
    ];
  }
  const acknowledge = rich`Until somebody takes it, the next level is notified: ${typed(`perf-responder ack ${shellWord(incidentId)}`)}`;
  if (first === undefined) return [acknowledge, introducingChange(incident)];
  return [
    acknowledge,
    rich`If the first action does not help: call ${ownerOf(first)}.`,
    rich`To find the change that introduced it: ${bisect}`,
  ];
}

/** The author that the commits point to or, while that is unknown, who is searching. */
function introducingChange({ bisect, bisectId, endpoint, incidentId }: Incident): Rich {
  if (bisect?.outcome === 'culprit' && bisect.culprit !== null)
    return rich`Call ${bisect.culprit.author}, the author of ${code(bisect.culprit.commit.slice(0, 12))}, or who is on call for that code.`;
  if (bisect !== null) return ['The commit bisector named no commit; what would settle it is below. Call the service owner.'];
  if (bisectId === undefined)
    return rich`Cause inconclusive: hand off to the commit bisector to find the introducing change: ${typed(`perf-responder bisect ${shellWord(endpoint)}`)}`;
  return rich`Cause inconclusive: the commit bisector searches for the introducing change now (workflow ${code(bisectId)}); its answer comes into ${typed(`perf-responder report ${shellWord(incidentId)}`)}`;
}

/** Null when nothing is missing. */
export function missingSection(input: ReportInput): Section | null {
  const { missingEvidence } = input.incident;
  if (missingEvidence.length === 0) return null;
  const rows = missingEvidence.map((row): Rich[] => [
    [row.what],
    [row.why],
    row === gapToldAbove(input.incident) ? rich`as spelled out under ${emphasis('Do now')}` : remedyOfMissing(row, input),
  ]);
  return { id: 'missing', title: 'Missing evidence', blocks: [table('Evidence that was not to be had', ['What', 'Why', 'Remedy'], rows)] };
}
