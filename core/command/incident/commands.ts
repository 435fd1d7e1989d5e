/**
 * What people ask of an incident, as pure steps: each changes the state and appends its event, or says in one sentence why it does not. The
 * workflow calls `refuse…` from its validators, so that what is refused leaves no trace in the history.
 */
import { nextUpdateAt, updateDueAfterChange } from '../cadence/update-cadence.js';
import { acknowledged, forced, rearmed, stopped, type PagingState } from '../ladder/paging-ladder.js';
import { stoodDown, type ManagementLevel } from '../ladder/management-ladder.js';
import { isWorse, type Severity } from '../severity/severity.js';
import { planFor, record, type CommandState } from './command-state.js';
import { isEnded, isOpen, refuseStatusChange, type IncidentStatus } from './incident-status.js';
import type { Actor, EventDraft, RecordEvent, RecordText } from './record-event.js';
import { activate, assignRole, holderOf, type RoleName, type RoleState } from './roles.js';

export function refuseOnEnded(state: CommandState): string | null {
  return isEnded(state.status) ? `the incident is ${state.status}` : null;
}

/** Why an acknowledgement comes too late; null: it counts. */
export function refuseAcknowledgement(state: CommandState): string | null {
  if (isOpen(state.status)) return null;
  const end = state.record.findLast(({ kind, data }) => kind === 'state' && data['to'] === state.status);
  const who = end === undefined ? '' : ` (${end.by?.person ?? 'by itself'}, ${end.at})`;
  return `the incident is ${state.status}${who}; nothing is left to acknowledge`;
}

export interface AcknowledgeAnswer {
  by: string;
  /** False: somebody was first; it is recorded. */
  isFirst: boolean;
  at: string;
}

/** The first answer stops the paging ladder; later ones are recorded as people who are there, too. */
export function acknowledge(state: CommandState, by: Actor, nowMs: number): AcknowledgeAnswer {
  const next = acknowledged(state.paging, by.person);
  const at = new Date(nowMs).toISOString();
  if (next !== null) state.paging = next;
  state.roles = activate(state.roles, by.person);
  state.pages = state.pages.map((page) => {
    if (page.state !== 'sent' && page.state !== 'delivered') return page;
    if (page.person === by.person) return { ...page, state: 'acknowledged', acknowledgedAt: at };
    return next === null ? page : { ...page, state: 'cancelled' };
  });
  record(state, { kind: 'acknowledged', text: `acknowledged by ${by.person}`, by, data: { isFirst: next !== null } }, nowMs);
  return { by: state.paging.acknowledgedBy ?? by.person, isFirst: next !== null, at };
}

export interface SeverityOrder {
  severity: Severity;
  reason: RecordText | string;
  /** Rule id, or `person`. */
  rule: string;
  evidence: readonly string[];
  by: Actor | null;
}

export interface SeverityChange {
  event: RecordEvent;
  /** Management levels that were told and may stand down. */
  stoodDown: ManagementLevel[];
}

/** Re-arms both ladders and the cadence from the new row; what was acknowledged stays so. */
export function setSeverity(state: CommandState, order: SeverityOrder, nowMs: number): SeverityChange {
  const from = state.severity;
  const { severity, by, rule, evidence } = order;
  const plan = planFor(state.policy, severity);
  state.paging = rearmed(state.paging, state.plan, plan, nowMs);
  state.plan = plan;
  state.severity = severity;
  state.severityReason = { rule, evidence };
  if (by !== null) state.severityLoweredAtMs = isWorse(from, severity) ? nowMs : null;
  const fresh = nextUpdateAt(state.policy.severities[severity], nowMs, state.policy.timezone);
  const dueAtMs = updateDueAfterChange(state.updateDueAtMs, fresh);
  if (dueAtMs !== state.updateDueAtMs) Object.assign(state, { updateDueAtMs: dueAtMs, remindersSent: 0 });
  const draft: EventDraft = { kind: 'severity', text: order.reason, by, pinned: true, evidence, data: { from, to: severity, rule } };
  const event = record(state, draft, nowMs);
  const told = state.told.map((one) => one.level);
  return { event, stoodDown: isWorse(from, severity) ? stoodDown(state.policy.management, told, severity) : [] };
}

export interface StatusOrder {
  to: IncidentStatus;
  reason: RecordText | string | null;
  by: Actor | null;
}

export function refuseStatus(state: CommandState, order: Pick<StatusOrder, 'to'> & { hasReason: boolean }, nowMs: number): string | null {
  const { to, hasReason } = order;
  return refuseStatusChange({ from: state.status, to, hasReason, resolvedAtMs: state.resolvedAtMs, nowMs });
}

/** People were told just now; the next update is due one cadence later. */
export function beginCadence(state: CommandState, nowMs: number): void {
  state.updatePostedAtMs = nowMs;
  state.updateDueAtMs = nextUpdateAt(state.policy.severities[state.severity], nowMs, state.policy.timezone);
  state.remindersSent = 0;
}

/** What goes out first, before anything is known that could be said outside. */
export function publicUpdate(nextUpdateBy: string): string {
  return `We are investigating a problem that affects some requests. The next update follows by ${nextUpdateBy}.`;
}

/** Something that was told, or is to be told once somebody approves it. `by` null: the responder wrote it. */
export function recordCommunication(
  state: CommandState,
  order: { text: RecordText; audience: 'internal' | 'external'; kind: string; by?: Actor },
  nowMs: number,
): RecordEvent {
  const { text, audience, kind, by = null } = order;
  const isInternal = audience === 'internal';
  const event = record(state, { kind: 'communication', text, by, data: { audience, communication: kind } }, nowMs);
  const channel = isInternal ? 'receivers' : 'status-page';
  const entry = { id: event.id, at: event.at, audience, channel, kind, state: isInternal ? ('posted' as const) : ('draft' as const), text };
  state.communications = [...state.communications, entry];
  return event;
}

/** An internal update of a person: its author has told where things stand. */
export function postUpdate(state: CommandState, { text, by }: { text: RecordText; by: Actor }, nowMs: number): RecordEvent {
  const event = recordCommunication(state, { text, audience: 'internal', kind: 'update', by }, nowMs);
  beginCadence(state, nowMs);
  return event;
}

/** Ends or restarts what depends on it: a resolved incident pages nobody; a reopened one has its old acknowledgement and a new cadence. */
export function setStatus(state: CommandState, { to, reason, by }: StatusOrder, nowMs: number): RecordEvent {
  const from = state.status;
  state.status = to;
  state.statusSinceMs = nowMs;
  if (isOpen(from) && !isOpen(to)) {
    state.paging = stopped(state.paging);
    state.pages = state.pages.map((page) => (page.state === 'sent' ? { ...page, state: 'cancelled' } : page));
  }
  if (to === 'resolved') state.resolvedAtMs = nowMs;
  if (!isOpen(from) && isOpen(to)) {
    state.resolvedAtMs = null;
    beginCadence(state, nowMs);
  }
  return record(state, { kind: 'state', text: reason ?? `${from} → ${to}`, by, pinned: to === 'resolved', data: { from, to } }, nowMs);
}

/** A message that could not be understood; nobody else hears of it. */
export function recordIgnored(state: CommandState, why: string, nowMs: number): void {
  record(state, { kind: 'note', text: why.slice(0, 200), source: 'workflow' }, nowMs);
}

export function refuseMerge(state: CommandState, into: string): string | null {
  if (into === state.declaration.incidentId) return 'an incident cannot merge into itself';
  return refuseOnEnded(state);
}

/** A duplicate ends here and goes on in the other incident. */
export function mergeInto(state: CommandState, into: string, by: Actor, nowMs: number): RecordEvent {
  state.mergedInto = into;
  record(state, { kind: 'merged', text: `the same incident as ${into}`, by, pinned: true, data: { into } }, nowMs);
  return setStatus(state, { to: 'merged', reason: `merged into ${into}`, by }, nowMs);
}

export interface RoleOrder {
  role: RoleName;
  person: string;
  state: RoleState;
  by: Actor | null;
}

/** Gives a role. The answer holds a warning where somebody would have to coordinate and investigate at once. */
export function giveRole(state: CommandState, { role, person, state: roleState, by }: RoleOrder, nowMs: number): string | null {
  state.roles = assignRole(state.roles, { role, person, state: roleState });
  record(state, { kind: 'role', text: `${person} is ${role} (${roleState})`, by, data: { role, person, state: roleState } }, nowMs);
  if (role !== 'expert' || holderOf(state.roles, 'commander') !== person) return null;
  return `${person} commands this incident; a commander who investigates loses sight of it: name another expert or hand the command over`;
}

/** How long an offered command waits for its answer; then the offerer keeps it and hears so. */
export const offerLastsMs = 10 * 60_000;

export function offerCommand(state: CommandState, to: string, by: Actor, nowMs: number): void {
  state.offer = { to, by: by.person, expiresAtMs: nowMs + offerLastsMs };
  record(state, { kind: 'hand-over', text: `${by.person} offers the command to ${to}`, by, data: { to, state: 'offered' } }, nowMs);
}

export function refuseAccept(state: CommandState, person: string, nowMs: number): string | null {
  if (state.offer === null) return 'no command is offered; incident handover ID --to PERSON offers it';
  if (nowMs > state.offer.expiresAtMs) return `the offer to ${state.offer.to} has expired; offer it again`;
  return state.offer.to === person ? null : `the command is offered to ${state.offer.to}, not to ${person}`;
}

export function acceptCommand(state: CommandState, by: Actor, nowMs: number): void {
  state.offer = null;
  record(
    state,
    { kind: 'hand-over', text: `${by.person} takes the command`, by, pinned: true, data: { to: by.person, state: 'accepted' } },
    nowMs,
  );
  giveRole(state, { role: 'commander', person: by.person, state: 'active', by }, nowMs);
}

export interface NoteOrder {
  text: RecordText;
  at: string | null;
  isPinned: boolean;
  isImport: boolean;
  by: Actor;
}

export function addNote(state: CommandState, { text, at, isPinned, isImport, by }: NoteOrder, nowMs: number): RecordEvent {
  const moment = at === null ? {} : { at, precision: 'minute' as const };
  return record(state, { kind: 'note', text, by, pinned: isPinned, ...(isImport ? { source: 'import' as const } : {}), ...moment }, nowMs);
}

export function refuseCorrection(state: CommandState, target: string): string | null {
  if (state.record.some((event) => event.id === target)) return null;
  return `the incident has no event ${target}; incident timeline ID lists them`;
}

/** A correction is an event of its own; the one that it corrects stays, with both times. */
export function correctTime(
  state: CommandState,
  order: { target: string; to: string; reason: RecordText; by: Actor },
  nowMs: number,
): RecordEvent {
  const from = state.record.find((event) => event.id === order.target)?.at ?? null;
  const data = { target: order.target, from, to: order.to };
  return record(state, { kind: 'correction', text: order.reason, by: order.by, data }, nowMs);
}

export interface EscalationOrder {
  /** A level of either ladder; null: the next one of the paging ladder. */
  to: string | null;
  /** Level that whoever asks has before them; null: they did not look. */
  seen: string | null;
  reason: RecordText;
  by: Actor;
}

const refusals = {
  stale: 'somebody escalated meanwhile; look at the incident again',
  'same-level': 'this level was paged already',
  'unknown-level': 'the catalog has no such level',
  top: 'the last level was paged already',
  over: 'the incident is over',
} as const;

type Escalation = { kind: 'paging'; paging: PagingState } | { kind: 'management'; forcedTo: string } | { kind: 'refused'; reason: string };

function escalationOf(state: CommandState, { to, seen }: Pick<EscalationOrder, 'to' | 'seen'>, nowMs: number): Escalation {
  if (!isOpen(state.status)) return { kind: 'refused', reason: `the incident is ${state.status}` };
  if (to !== null && state.policy.management.some((level) => level.level === to)) {
    const isTold = state.told.some((told) => told.level === to);
    return isTold ? { kind: 'refused', reason: refusals['same-level'] } : { kind: 'management', forcedTo: to };
  }
  const answer = forced(state.paging, state.plan, { to, seen, nowMs });
  return answer.ok ? { kind: 'paging', paging: answer.state } : { kind: 'refused', reason: refusals[answer.reason] };
}

/** Why an escalation is refused; null: it is not. */
export function refuseEscalation(state: CommandState, order: Pick<EscalationOrder, 'to' | 'seen'>, nowMs: number): string | null {
  const escalation = escalationOf(state, order, nowMs);
  return escalation.kind === 'refused' ? escalation.reason : null;
}

/**
 * Escalates by hand: to a level of the paging ladder, which is paged now, or to one of the management ladder, which tells everybody up to it. One
 * that is refused changes nothing.
 */
export function escalate(state: CommandState, order: EscalationOrder, nowMs: number): RecordEvent | null {
  const escalation = escalationOf(state, order, nowMs);
  if (escalation.kind === 'refused') return null;
  const from = state.paging.level;
  if (escalation.kind === 'paging') state.paging = escalation.paging;
  else state.forcedTo = escalation.forcedTo;
  return record(state, { kind: 'escalated', text: order.reason, by: order.by, data: { to: order.to, from } }, nowMs);
}
