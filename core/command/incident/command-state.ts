import type { PagingState } from '../ladder/paging-ladder.js';
import { pagingPlan, type PagingPlan } from '../ladder/paging-plan.js';
import type { Severity } from '../severity/severity.js';
import type { Findings } from './findings.js';
import type { ImpactMeasure } from '../impact/measure-impact.js';
import type { ActionItem } from './action-item.js';
import type { PublicStatus } from '../communication/publication.js';
import type { IncidentStatus } from './incident-status.js';
import type { CommandPolicy } from './policy.js';
import type { DraftFacts } from './draft-facts.js';
import { appendEvent, type Actor, type EventDraft, type RecordEvent, type RecordText } from './record-event.js';
import type { RoleHolder } from './roles.js';

/** What an incident is declared with. Texts of people are references. */
export interface Declaration {
  incidentId: string;
  title: RecordText;
  impact: RecordText | null;
  /** What the status page calls it; absent: by its components. */
  publicTitle?: RecordText | null;
  severity: Severity | null;
  severityRule: { rule: string; evidence: readonly string[] } | null;
  services: readonly string[];
  /** Catalog keys `service/endpoint`. */
  endpoints: readonly string[];
  declaredAt: string;
  /** When it began, where that is known. */
  onset: { at: string; uncertaintyS: number } | null;
  by: Actor;
}

export type PageState = 'sent' | 'delivered' | 'failed' | 'acknowledged' | 'cancelled';

export interface Page {
  level: string;
  role: string;
  person: string;
  /** Kind of the channel that took it, once one did. */
  channel: string | null;
  sentAt: string;
  state: PageState;
  acknowledgedAt: string | null;
  /** Why this person: schedule, override, turn. */
  reason: string;
}

/** A message that somebody's quiet hours keep back. */
export interface HeldMessage {
  person: string;
  channels: number;
  untilMs: number;
  at: string;
  text: string;
  /** Null: it asks for no answer. */
  page: Page | null;
}

export interface Told {
  level: string;
  role: string;
  person: string;
  sentAt: string;
}

export interface Communication {
  id: string;
  at: string;
  audience: 'internal' | 'external';
  channel: string;
  kind: string;
  state: 'draft' | 'posted' | 'published' | 'failed';
  text: RecordText;
}

/** Everything that an incident knows; plain data, carried over when the workflow continues as new. */
export interface CommandState extends Omit<Findings, 'actions'> {
  actions: readonly ActionItem[];
  readonly declaration: Declaration;
  policy: CommandPolicy;
  severity: Severity;
  severityReason: { rule: string; evidence: readonly string[] };
  /** When a person lowered it below a rule's word. */
  severityLoweredAtMs: number | null;
  status: IncidentStatus;
  /** When it got that status. */
  statusSinceMs: number;
  /** Affected services: those of the declaration and of the triages that belong to it. */
  affected: readonly string[];
  record: readonly RecordEvent[];
  roles: readonly RoleHolder[];
  plan: PagingPlan;
  paging: PagingState;
  pages: readonly Page[];
  told: readonly Told[];
  /** Management level that somebody escalated to by hand. */
  forcedTo: string | null;
  /** A hand-over of the command that waits for its answer. */
  offer: { to: string; by: string; expiresAtMs: number } | null;
  communications: readonly Communication[];
  /** Of drafts for outside, by their id. */
  drafts: Readonly<Record<string, DraftFacts>>;
  /** Phase of the page for which a draft was made last. */
  draftedFor: PublicStatus;
  /** What waits for the end of somebody's quiet hours. */
  held: readonly HeldMessage[];
  /** Channels of which people were told that they are dead; once an incident. */
  deadChannels: readonly string[];
  updatePostedAtMs: number;
  updateDueAtMs: number;
  /** How many of the reminders around that update were sent. */
  remindersSent: number;
  lastHumanAtMs: number;
  resolvedAtMs: number | null;
  summary: RecordText | null;
  /** Where the postmortem was written; null while it was not. */
  postmortem: RecordText | null;
  postmortemReminded: number;
  /** What counters said of the requests so far; null: nothing could be read. Absent while nobody looked. */
  measuredImpact?: ImpactMeasure | null;
  /** When it began, by those counters; what was declared goes before it. */
  measuredOnset?: { at: string; uncertaintyS: number; from: string } | null;
  mergedInto: string | null;
  /** Ids of signed links that were used, with the end of their life; one acts once. */
  usedLinks: Readonly<Record<string, number>>;
}

export function planFor(policy: CommandPolicy, severity: Severity): PagingPlan {
  return pagingPlan(policy.paging, severity, policy.severities[severity].respondWithinMs);
}

/** Appends to the record. What a person did also counts as a sign of life, which keeps the incident from being paged again. */
export function record(state: CommandState, draft: EventDraft, nowMs: number): RecordEvent {
  state.record = appendEvent(state.record, draft, new Date(nowMs).toISOString());
  const event = state.record.at(-1);
  if (event === undefined) throw new Error('an event that was appended is not there');
  if (event.source === 'human' || event.source === 'chat') state.lastHumanAtMs = nowMs;
  return event;
}
