/** Who was paged, who was told, and who would be next. */
import type { StatusDocument } from '../../core/command/incident/status-document.js';
import { cell, clock, list, sections, table } from './markdown.js';

function notified({ paging, management }: StatusDocument): string {
  const pages = paging.pages.map(({ level, role, person, sentAt, acknowledgedAt, state }) => [
    ...[cell(level), cell(role), cell(person), clock(sentAt)],
    acknowledgedAt === null ? state : clock(acknowledgedAt),
  ]);
  const told = management.told.map(({ level, role, person, sentAt }) => [cell(level), cell(role), cell(person), clock(sentAt), '-']);
  return table(['Level', 'Role', 'Person', 'Notified', 'Acknowledged'], [...pages, ...told], 'Nobody was paged.');
}

const escalating = ['page', 'acknowledged', 'escalated', 'nobody-answered', 'management', 'severity'];

function next({ paging, management, status }: StatusDocument): string {
  const lines = [
    ...(paging.nextLevel === null ? [] : [`${cell(paging.nextLevel)} is paged at ${clock(paging.nextAt)} UTC unless somebody answers`]),
    ...(management.nextLevel === null
      ? []
      : [`${cell(management.nextLevel)} is told at ${clock(management.nextAt)} UTC unless it is resolved`]),
  ];
  return list(lines, `Nobody else: the incident is ${status}.`);
}

function recommended({ paging, mitigations, nextUpdateAt }: StatusDocument): string {
  return list(
    [
      ...(paging.state === 'nobody-answered' ? ['Call somebody: every level was paged and nobody answered'] : []),
      ...mitigations.filter(({ state }) => state === 'proposed').map(({ title }) => `Decide on "${cell(title)}"`),
      ...(nextUpdateAt === null ? [] : [`Write the update that is due at ${clock(nextUpdateAt)} UTC`]),
    ],
    'Nothing waits for a decision.',
  );
}

export function escalationDocument(status: StatusDocument): string {
  const { id, severity, severityReason, timeline, communications } = status;
  const course = timeline.filter(({ kind }) => escalating.includes(kind)).map(({ at, text }) => `${clock(at)} - ${cell(text)}`);
  const sent = communications.map(({ at, audience, channel, state }) => `${cell(channel)} (${audience}): ${state} at ${clock(at)}`);
  const body = sections([
    [`### Current Severity: ${severity}`, `**Escalation Reason**: ${cell(severityReason.rule)}`],
    ['### Notification Status', notified(status)],
    ['### Escalation Timeline', list(course, 'Nothing is recorded.')],
    ['### Next Escalation', next(status)],
    ['### Communication Sent', list(sent, 'Nothing was told.')],
    ['### Recommended Actions', recommended(status)],
  ]);
  return `## Escalation Status: ${id}\n\n${body}\n`;
}
