/** The incident as its commander tells it: what was declared, who has which role, what comes next. */
import type { StatusDocument } from '../../core/command/incident/status-document.js';
import { toldTimeline } from '../postmortem/timeline.js';
import { cell, clock, list, moment, sections, table } from './markdown.js';

function impact({ impact: { summary, services, errorRatio, requestsPerMinute, how } }: StatusDocument): string {
  const failing = errorRatio === null ? 'not known' : `${Number((100 * errorRatio).toPrecision(3))} % of requests fail`;
  const rate = requestsPerMinute === null ? 'not known' : String(Math.round(requestsPerMinute));
  const reason = (text: string | undefined): string => (text === undefined ? '' : ` (${cell(text)})`);
  return list(
    [
      `**Affected Service**: ${services.map(cell).join(', ') || 'not recorded'}`,
      `**User Impact**: ${summary === null ? 'not described' : cell(summary)}; ${failing}${reason(how.errorRatio)}`,
      `**Requests per minute**: ${rate}${reason(how.requestsPerMinute)}`,
    ],
    '',
  );
}

function nextActions({ mitigations, status, nextUpdateAt, triages, postmortem }: StatusDocument): string {
  const open = triages.filter(({ outcome }) => outcome === null).map(({ endpoint }) => `[ ] Triage of ${cell(endpoint)} goes on`);
  return list(
    [
      ...mitigations.filter(({ state }) => state === 'proposed').map(({ title }) => `[ ] Decide on "${cell(title)}"`),
      ...mitigations.filter(({ state }) => state === 'verified').map(({ title }) => `[x] ${cell(title)}`),
      ...open,
      ...(nextUpdateAt === null ? [] : [`[ ] Next update by ${clock(nextUpdateAt)} UTC`]),
      ...(postmortem === null ? [] : [`[ ] Postmortem by ${moment(postmortem.dueAt)}`]),
    ],
    status === 'closed' ? 'Nothing is open.' : 'Nothing is planned.',
  );
}

export function declarationDocument(status: StatusDocument): string {
  const { id, title, severity, severityReason, declaredAt, commander, roles, communications } = status;
  const { events } = toldTimeline(status);
  const channels = [...new Set(communications.map(({ channel, audience }) => `${cell(channel)} (${audience})`))];
  const head = [
    `## Incident Declared: ${id}`,
    '',
    `**Title**: ${cell(title)}`,
    `**Severity**: ${severity} (${cell(severityReason.rule)})`,
    `**Status**: ${status.status.toUpperCase()}`,
    `**Declared**: ${moment(declaredAt)}`,
    `**Incident Commander**: ${commander === null ? 'nobody' : cell(commander)}`,
  ].join('\n');
  const people = roles.map(({ role, person, state }) => [role, cell(person), state]);
  const body = sections([
    ['### Impact Assessment', impact(status)],
    ['### Assigned Roles', table(['Role', 'Assignee', 'Status'], people, 'Nobody has a role.')],
    [
      '### Initial Timeline',
      list(
        events.map(({ time, text }) => `${time} - ${text}`),
        'Nothing is recorded.',
      ),
    ],
    ['### Next Actions', nextActions(status)],
    ['### Communication Channels', list(channels, 'Nothing was told.')],
  ]);
  return `${head}\n\n${body}\n`;
}
