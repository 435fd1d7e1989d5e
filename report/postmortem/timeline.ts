import type { StatusDocument, TimelineRow } from '../../core/command/incident/status-document.js';
import { rolesOf } from '../../core/command/postmortem/facts.js';
import { shorten, toOneLine } from '../foreign-text.js';
import { escapeMarkdown } from '../markdown-text.js';

/** Bookkeeping that says nothing about the course of the incident; `incident timeline` shows it. */
const leftOut = ['reminder', 'update-overdue', 'five-minutes', 'correction', 'redaction'];
/** A person wrote their text, so it stays as it is. */
const ofPeople = ['note', 'communication', 'declared', 'severity', 'state', 'escalated', 'mitigation'];
/** They give somebody a role. To name that person by a role already would say nothing ("the commander is commander"). */
const giveRoles = ['role', 'hand-over'];
const textLimit = 240;

function withRoles(text: string, roles: ReadonlyMap<string, string>): string {
  const byLength = [...roles].sort(([left], [right]) => right.length - left.length);
  let told = text;
  for (const [person, role] of byLength) {
    const name = person.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    told = told.replace(new RegExp(`(?<![\\p{L}\\p{N}_-])${name}(?![\\p{L}\\p{N}_-])`, 'gu'), () => role);
  }
  return told;
}

function unnamed(roles: ReadonlyMap<string, string>): Map<string, string> {
  return new Map([...roles.keys()].map((person) => [person, 'a responder']));
}

export interface ToldEvent {
  /** `HH:MM` in UTC; with the day where the incident has several. */
  time: string;
  text: string;
}

function timeOf(at: string, hasDays: boolean): string {
  return `${hasDays ? `${at.slice(5, 10)} ` : ''}${at.slice(11, 16)}`;
}

function told(row: TimelineRow, hasDays: boolean, roles: ReadonlyMap<string, string>): ToldEvent {
  const own = shorten(toOneLine(row.text), textLimit);
  const text = ofPeople.includes(row.kind) ? own : withRoles(own, giveRoles.includes(row.kind) ? unnamed(roles) : roles);
  const marks = [
    ...(row.precision === 'estimated' ? ['about'] : []),
    ...(row.source === 'import' ? ['from notes'] : []),
    ...(row.atOriginal === null ? [] : [`recorded as ${timeOf(row.atOriginal, hasDays)}`]),
  ];
  const label = row.kind === 'note' ? '' : `${row.kind}: `;
  return { time: timeOf(row.at, hasDays), text: escapeMarkdown(`${label}${text}${marks.length === 0 ? '' : ` (${marks.join(', ')})`}`) };
}

/** Every event that says something about the course, in the order in which things happened. Our own sentences name people by their roles. */
export function toldTimeline(status: StatusDocument): { events: ToldEvent[]; leftOut: number } {
  const rows = status.timeline.filter(({ kind }) => !leftOut.includes(kind));
  const days = new Set(rows.map(({ at }) => at.slice(0, 10)));
  const roles = rolesOf(status);
  return { events: rows.map((row) => told(row, days.size > 1, roles)), leftOut: status.timeline.length - rows.length };
}
