import type { Cause, Incident } from '../../core/model/incident.js';
import type { ReportInput } from '../report-input.js';
import { bullets, code, paragraph, rich, table, type Rich, type Section } from '../rich-text.js';
import { shellWord } from './actions.js';

/** Whom to call, by the component that a cause is in; the service's owner for all others. */
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
  const bisect = code(`perf-responder bisect ${shellWord(incident.endpoint)}`);
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
  const acknowledge = rich`Take it: ${code(`perf-responder ack ${shellWord(incidentId)}`)}; while nobody does, the incident notifies the next level by itself.`;
  if (first === undefined)
    return [acknowledge, rich`Cause inconclusive: hand off to the commit bisector to find the introducing change: ${bisect}`];
  return [
    acknowledge,
    rich`If the first action cannot be taken or does not help: call ${ownerOf(first)}.`,
    rich`If the introducing change is unknown: hand off to the commit bisector: ${bisect}`,
  ];
}

/** Null when nothing is missing. */
export function missingSection({ incident }: ReportInput): Section | null {
  if (incident.missingEvidence.length === 0) return null;
  const rows = incident.missingEvidence.map(({ what, why, remedy }): Rich[] => [[what], [why], [remedy]]);
  return { id: 'missing', title: 'Missing evidence', blocks: [table('Evidence that was not to be had', ['What', 'Why', 'Remedy'], rows)] };
}

/** Null when no bisector answered. */
export function bisectSection({ incident }: ReportInput): Section | null {
  const { bisect } = incident;
  if (bisect === null) return null;
  const { culprit, range, effect, posterior, reasons, workflowId } = bisect;
  const slower =
    effect === null
      ? []
      : rich`, ${effect.ratio.toFixed(2)}× slower than its parent (95 % interval ${effect.ci[0].toFixed(2)}–${effect.ci[1].toFixed(2)})`;
  const sure = posterior === null ? '' : `, posterior ${posterior.toFixed(3)}`;
  const found =
    culprit === null
      ? []
      : [
          rich`Culprit: ${code(culprit.commit.slice(0, 12))} ${code(culprit.subject)} by ${culprit.author}, ${culprit.date}${slower}${sure}`,
        ];
  const files = culprit === null || culprit.files.length === 0 ? [] : [rich`Files: ${code(culprit.files.slice(0, 8).join(', '))}`];
  const between = range === null ? [] : [rich`Range: after ${code(range[0].slice(0, 12))}, up to ${code(range[1].slice(0, 12))}`];
  return {
    id: 'bisect',
    title: 'Introducing change',
    blocks: [
      paragraph(rich`Bisection: ${bisect.outcome} (workflow ${code(workflowId)})`),
      ...bullets([...found, ...files, ...between, ...reasons.map((reason): Rich => [reason])]),
    ],
  };
}
