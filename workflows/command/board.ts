/**
 * The incident in the Web UI: what a person who opens it there has to know first. It has only our own words, because texts of people are not in a history.
 */
import type { CommandState } from '../../core/command/incident/command-state.js';
import { isOpen } from '../../core/command/incident/incident-status.js';
import { holderOf, roleNames } from '../../core/command/incident/roles.js';

function line(label: string, value: string): string {
  return `**${label}** ${value}`;
}

function pagingLine({ paging, plan }: CommandState): string {
  const next = plan.steps[paging.next];
  if (paging.state === 'paging') {
    const due = paging.dueAtMs === null ? '' : ` at ${new Date(paging.dueAtMs).toISOString()}`;
    return next === undefined ? `nobody has answered unless somebody does${due}` : `${next.level}${due}`;
  }
  if (paging.state === 'acknowledged') return `acknowledged by ${paging.acknowledgedBy ?? 'somebody'}`;
  return paging.state === 'nobody-answered' ? 'NOBODY ANSWERED' : 'stopped';
}

export function boardOf(state: CommandState, nowMs: number): string {
  const minutes = Math.floor((nowMs - Date.parse(state.declaration.declaredAt)) / 60_000);
  const roles = roleNames.map((role) => `${role}: ${holderOf(state.roles, role) ?? 'nobody'}`).join(' · ');
  const recent = state.record
    .slice(-8)
    .map((event) => `- ${event.at.slice(11, 19)} ${event.kind}${'inline' in event.text ? `: ${event.text.inline}` : ''}`);
  return [
    `## ${state.declaration.incidentId} ${state.severity} ${state.status}`,
    line('Services', state.declaration.services.join(', ') || 'none named'),
    line('Declared', `${state.declaration.declaredAt} (${minutes} min ago)`),
    line('Paging', pagingLine(state)),
    ...(isOpen(state.status) ? [line('Next update', new Date(state.updateDueAtMs).toISOString())] : []),
    line('Roles', roles),
    '',
    ...recent,
  ].join('\n');
}
