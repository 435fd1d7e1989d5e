/** What the terminal shows of an incident that people are called for. */
import type { StatusDocument, TimelineRow } from '../../../core/command/incident/status-document.js';
import type { IncidentRow } from '../../temporal/command-client.js';

function clock(iso: string | null): string {
  return iso === null ? '–' : `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}

function duration(seconds: number | null): string {
  if (seconds === null) return 'not known';
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function pagingLine({ paging }: StatusDocument): string {
  switch (paging.state) {
    case 'acknowledged':
      return `acknowledged by ${paging.acknowledgedBy ?? 'somebody'}`;
    case 'nobody-answered':
      return 'NOBODY ANSWERED: every level was paged';
    case 'stopped':
      return 'stopped';
    case 'paging':
      return paging.nextLevel === null
        ? `nobody has answered by ${clock(paging.nextAt)}`
        : `pages ${paging.nextLevel} at ${clock(paging.nextAt)}`;
  }
}

export function timelineText(rows: readonly TimelineRow[]): string {
  return rows
    .map((row) => {
      const corrected = row.atOriginal === null ? '' : ` (recorded as ${clock(row.atOriginal)})`;
      const by = row.by === null ? '' : ` – ${row.by}`;
      return `${row.id.padEnd(5)} ${clock(row.at)}  ${row.pinned ? '*' : ' '} ${row.kind.padEnd(14)} ${row.text.replaceAll('\n', '\n      ')}${by}${corrected}`;
    })
    .join('\n');
}

const figures = { errorRatio: 'failing', slowRatio: 'slow', requestsPerMinute: 'requests per minute' } as const;

/** Figures, each with how it was obtained. The document says why one is unknown. */
function impactLines({ impact }: StatusDocument): string[] {
  return (['errorRatio', 'slowRatio', 'requestsPerMinute'] as const).flatMap((name) => {
    const value = impact[name];
    if (value === null) return [];
    const told = name === 'requestsPerMinute' ? String(Math.round(value)) : `${Number((100 * value).toPrecision(3))} %`;
    return [`           ${figures[name]} ${told}: ${impact.how[name] ?? ''}`];
  });
}

export function statusText(status: StatusDocument): string {
  const { roles, paging, management, times } = status;
  const holders = roles.filter((role) => role.state !== 'released').map((role) => `${role.role} ${role.person} (${role.state})`);
  return [
    `incident   ${status.id}  ${status.severity}  ${status.status}`,
    ...(status.lost === undefined
      ? []
      : [
          `LOST       its workflow was ${status.lost.how} at ${clock(status.lost.at)}: nobody is paged; declare it again if it is not over`,
        ]),
    `title      ${status.title}`,
    `why        ${status.severityReason.rule}`,
    `services   ${status.impact.services.join(', ') || 'none named'}`,
    ...(status.impact.summary === null ? [] : [`impact     ${status.impact.summary}`]),
    ...impactLines(status),
    `declared   ${clock(status.declaredAt)}${status.onset === null ? '' : `, began ${clock(status.onset.at)}`}`,
    `paging     ${pagingLine(status)}`,
    ...paging.pages.map((page) => `           ${page.level} ${page.person} ${page.channel ?? ''} ${page.state}: ${page.reason}`),
    ...(management.told.length === 0 ? [] : [`told       ${management.told.map((one) => `${one.person} (${one.level})`).join(', ')}`]),
    ...(management.nextLevel === null ? [] : [`then tells ${management.nextLevel} at ${clock(management.nextAt)}`]),
    `roles      ${holders.join(' · ') || 'nobody'}`,
    ...(status.nextUpdateAt === null ? [] : [`update     due ${clock(status.nextUpdateAt)}`]),
    `times      answered after ${duration(times.tta.seconds)}, resolved after ${duration(times.ttr.seconds)} (from the begin of the impact)`,
    ...(status.postmortem === null ? [] : [`postmortem due ${clock(status.postmortem.dueAt)}`]),
    '',
    timelineText(status.timeline.slice(-10)),
  ].join('\n');
}

const stateOf = ({ status, lost }: IncidentRow): string => (lost === undefined ? status : `${status}, ${lost.how}`);

export function listText(rows: readonly IncidentRow[]): string {
  if (rows.length === 0) return 'no incidents; perf-responder incident declare TITLE begins one';
  return rows
    .map(
      (row) =>
        `${row.id}  ${row.severity}  ${stateOf(row).padEnd(13)} ${clock(row.declaredAt)}  ${(row.commander ?? 'nobody').padEnd(12)} ${row.title}`,
    )
    .join('\n');
}
