/**
 * The record of an incident: typed events, only ever appended. Status, updates, root cause and postmortem are views of it, so that two documents
 * never disagree. All times are ISO 8601 in UTC.
 */

/** Text of people is kept in the artifact store, since a workflow history cannot be edited; `artifact` is its path there. */
export type RecordText = { inline: string } | { artifact: string };
export const eventTexts = { inlineLimit: 200 } as const;

export type EventPrecision = 'exact' | 'minute' | 'estimated';
export type EventSource = 'alert' | 'workflow' | 'tool' | 'human' | 'chat' | 'import';

export const eventKinds = [
  'declared',
  'alert',
  'merged',
  'severity',
  'state',
  'role',
  'hand-over',
  'page',
  'acknowledged',
  'escalated',
  'nobody-answered',
  'management',
  'notify-failed',
  'five-minutes',
  'check',
  'change',
  'triage',
  'mitigation',
  'runbook',
  'communication',
  'reminder',
  'update-overdue',
  'note',
  'action',
  'correction',
  'redaction',
] as const;
export type EventKind = (typeof eventKinds)[number];

/** How it was established who did something. */
export const proofs = ['token', 'trusted-proxy', 'signed-link', 'receiver', 'unverified'] as const;

export interface Actor {
  person: string;
  proof: (typeof proofs)[number];
}

export interface RecordEvent {
  /** `T-1`, `T-2` … in the order of recording. */
  id: string;
  seq: number;
  /** When it happened, after corrections. */
  at: string;
  /** As it was first recorded; null when it never was corrected. */
  atOriginal: string | null;
  recordedAt: string;
  precision: EventPrecision;
  kind: EventKind;
  source: EventSource;
  by: Actor | null;
  text: RecordText;
  pinned: boolean;
  evidence: readonly string[];
  /** Figures and ids that views read, by kind of event. Small; never text of people. */
  data: Readonly<Record<string, string | number | boolean | null>>;
}

export interface EventDraft {
  kind: EventKind;
  text: RecordText | string;
  /** When it happened; absent: now. */
  at?: string;
  precision?: EventPrecision;
  source?: EventSource;
  by?: Actor | null;
  pinned?: boolean;
  evidence?: readonly string[];
  data?: RecordEvent['data'];
}

/** Adds an event; its number is its place in the order of recording. */
export function appendEvent(record: readonly RecordEvent[], draft: EventDraft, nowIso: string): RecordEvent[] {
  const seq = record.length + 1;
  const event: RecordEvent = {
    id: `T-${seq}`,
    seq,
    at: draft.at ?? nowIso,
    atOriginal: null,
    recordedAt: nowIso,
    precision: draft.precision ?? 'exact',
    kind: draft.kind,
    source: draft.source ?? (draft.by == null ? 'workflow' : 'human'),
    by: draft.by ?? null,
    text: typeof draft.text === 'string' ? { inline: draft.text } : draft.text,
    pinned: draft.pinned ?? false,
    evidence: draft.evidence ?? [],
    data: draft.data ?? {},
  };
  return [...record, event];
}

function byTime(left: RecordEvent, right: RecordEvent): number {
  return Date.parse(left.at) - Date.parse(right.at) || left.seq - right.seq;
}

/**
 * The timeline as people read it: sorted by the time at which things happened. A correction moves the event that it names and stays visible itself;
 * a redaction leaves the event and takes its text.
 */
export function timelineOf(record: readonly RecordEvent[]): RecordEvent[] {
  const events = new Map(record.map((event) => [event.id, event]));
  for (const { kind, data } of record) {
    const target = typeof data['target'] === 'string' ? events.get(data['target']) : undefined;
    if (target === undefined) continue;
    if (kind === 'correction' && typeof data['to'] === 'string')
      events.set(target.id, { ...target, at: data['to'], atOriginal: target.atOriginal ?? target.at });
    if (kind === 'redaction') events.set(target.id, { ...target, text: { inline: '[redacted]' } });
  }
  return [...events.values()].sort(byTime);
}
