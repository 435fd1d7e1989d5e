/** Drafts for outside, their approval and publication. Nothing reaches the status page that a person has not approved word for word. */
import { isSamePerson } from '../../model/same-person.js';
import { describeIssue, stopsPublication, type UpdateIssue } from '../communication/lint-update.js';
import type { PublicOrder, PublishedUpdate } from '../communication/public-incident.js';
import { publicStatusOf, type PublicStatus } from '../communication/publication.js';
import { severityTable } from '../severity/severity.js';
import { isEnded, type IncidentStatus } from './incident-status.js';
import { record, type CommandState, type Communication } from './command-state.js';
import { beginCadence, recordCommunication } from './commands.js';
import type { DraftFacts } from './draft-facts.js';
import type { Actor, RecordEvent, RecordText } from './record-event.js';

export interface DraftOrder {
  text: RecordText;
  kind: string;
  by: Actor | null;
  status: PublicStatus;
  corrects: string | null;
  issues: readonly UpdateIssue[];
}

export function addDraft(state: CommandState, { text, kind, by, ...facts }: DraftOrder, nowMs: number): RecordEvent {
  const event = recordCommunication(state, { text, audience: 'external', kind, ...(by === null ? {} : { by }) }, nowMs);
  state.drafts = { ...state.drafts, [event.id]: { ...facts, by: by?.person ?? null, approval: null } };
  return event;
}

function draftOf(state: CommandState, id: string): { draft: Communication; facts: DraftFacts } | null {
  const draft = state.communications.find((one) => one.id === id && one.audience === 'external');
  const facts = state.drafts[id];
  return draft === undefined || facts === undefined ? null : { draft, facts };
}

const numberOf = (id: string): number => Number(id.replace('T-', ''));

function published(state: CommandState): Communication[] {
  return state.communications.filter((one) => one.audience === 'external' && one.state === 'published');
}

export function hasPublished(state: CommandState): boolean {
  return published(state).length > 0;
}

/** Why an incident does not end yet: nothing can be published once it has, and its page would say for good that it goes on. */
export function refuseEndWhileShown(state: CommandState, to: IncidentStatus): string | null {
  const shown = published(state)
    .toSorted((left, right) => numberOf(left.id) - numberOf(right.id))
    .at(-1);
  const status = shown === undefined ? undefined : state.drafts[shown.id]?.status;
  if (!isEnded(to) || status === undefined || status === 'resolved') return null;
  const id = state.declaration.incidentId;
  return `the status page still says "${status}" of ${id}, and nothing can be published once it is ${to}: resolve it, publish the all-clear that is drafted then (incident publish), and try again`;
}

/** Something goes outside without being asked for when the incident is a major one, or was told of outside already. */
export function speaksOutside(state: CommandState): boolean {
  return severityTable[state.severity].isMajor || hasPublished(state);
}

/** Why a correction of `id` is refused; null: it is not. */
export function refuseCorrected(state: CommandState, id: string): string | null {
  if (published(state).some((one) => one.id === id)) return null;
  return `${id} was not published; only what is on the status page can be corrected`;
}

/** Why a draft is not published; null: it is. */
export function refusePublication(state: CommandState, { draft: id, by }: { draft: string; by: Actor }): string | null {
  const found = draftOf(state, id);
  if (found === null) return `the incident has no draft ${id} for outside; incident status ID lists its communications`;
  const { facts } = found;
  if (facts.approval !== null) return `${facts.approval.by.person} approved it already, at ${facts.approval.at}`;
  if (state.policy.approval === 'other-than-requester' && isSamePerson(facts.by, by.person))
    return `${by.person} wrote it: incidents.approval wants somebody else to approve it`;
  const stops = facts.issues.filter(stopsPublication);
  if (stops.length > 0) return `${id} cannot go outside: ${stops.map(describeIssue).join('; ')}. Write another with incident update`;
  if (facts.status !== 'resolved' && publicStatusNow(state) === 'resolved')
    return `${id} says "${facts.status}", and the incident is ${state.status} since: publishing it would tell everybody that it goes on; write a new update`;
  const later = published(state).find((one) => numberOf(one.id) > numberOf(id));
  if (later !== undefined) return `${later.id} was drafted later and is published already; write a new update`;
  return null;
}

export function approveDraft(state: CommandState, { draft: id, by }: { draft: string; by: Actor }, nowMs: number): RecordEvent {
  const event = record(
    state,
    { kind: 'communication', text: `${id} approved for the status page by ${by.person}`, by, data: { draft: id, state: 'approved' } },
    nowMs,
  );
  const facts = state.drafts[id];
  if (facts === undefined) return event;
  const approval = { by, at: event.at, severity: state.severity, services: state.affected };
  state.drafts = { ...state.drafts, [id]: { ...facts, approval } };
  return event;
}

function setState(state: CommandState, id: string, to: Communication['state']): void {
  state.communications = state.communications.map((one) => (one.id === id ? { ...one, state: to } : one));
}

/** The page shows it: people were told where things stand. */
export function markPublished(state: CommandState, id: string, nowMs: number): void {
  setState(state, id, 'published');
  beginCadence(state, nowMs);
}

/** It is not on the page; whoever approves it again tries again. */
export function markFailed(state: CommandState, id: string): void {
  setState(state, id, 'failed');
  const facts = state.drafts[id];
  if (facts !== undefined) state.drafts = { ...state.drafts, [id]: { ...facts, approval: null } };
}

/** What the page shows once `id` is on it, too. */
export function publicOrder(state: CommandState, id: string): PublicOrder<RecordText> {
  const { declaration } = state;
  const shown = state.communications.filter((one) => one.id === id || (one.audience === 'external' && one.state === 'published'));
  const updates = shown.flatMap((one): PublishedUpdate<RecordText>[] => {
    const facts = state.drafts[one.id];
    if (facts?.approval == null) return [];
    const { approval, status, corrects } = facts;
    return [{ id: one.id, status, text: one.text, at: approval.at, corrects, severity: approval.severity, services: approval.services }];
  });
  return { incidentId: declaration.incidentId, title: declaration.publicTitle ?? null, startedAt: declaration.onset?.at ?? null, updates };
}

/** The phase of the page that the incident stands in. */
export function publicStatusNow(state: CommandState): PublicStatus {
  return publicStatusOf(state.status);
}

/** Findings for whoever drafts; null: there are none. */
export function describeIssues(issues: readonly UpdateIssue[]): string | null {
  if (issues.length === 0) return null;
  const stops = issues.some(stopsPublication);
  return `${stops ? 'cannot be published' : 'look at it before you publish it'}: ${issues.map(describeIssue).join('; ')}`;
}
