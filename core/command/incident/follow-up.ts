/** What is followed after an incident: its action items until they are done, and the postmortem until it is written. */
import { severityTable } from '../severity/severity.js';
import { record, type CommandState } from './command-state.js';
import type { Actor, RecordEvent, RecordText } from './record-event.js';

export interface NewAction {
  priority: string;
  type: string;
  title: RecordText;
  owner: string | null;
  /** `YYYY-MM-DD`. */
  due: string | null;
  by: Actor;
}

export function addAction(state: CommandState, { by, ...item }: NewAction, nowMs: number): RecordEvent {
  const id = `A-${state.actions.length + 1}`;
  state.actions = [...state.actions, { id, ...item, state: 'open', reminded: 0 }];
  return record(state, { kind: 'action', text: item.title, by, data: { action: id, owner: item.owner, due: item.due } }, nowMs);
}

export function refuseClosing(state: CommandState, id: string): string | null {
  const item = state.actions.find((one) => one.id === id);
  if (item === undefined) return `the incident has no action item ${id}; incident actions ID lists them`;
  return item.state === 'open' ? null : `${id} is ${item.state} already`;
}

/** `evidence` says how one sees that it is done, or why the risk is accepted; without it nobody could tell later. */
export function closeAction(
  state: CommandState,
  { id, to, evidence, by }: { id: string; to: 'done' | 'accepted'; evidence: RecordText; by: Actor },
  nowMs: number,
): RecordEvent {
  state.actions = state.actions.map((item) => (item.id === id ? { ...item, state: to } : item));
  return record(state, { kind: 'action', text: evidence, by, data: { action: id, state: to } }, nowMs);
}

export function keepPostmortem(state: CommandState, { path, by }: { path: RecordText; by: Actor }, nowMs: number): RecordEvent {
  state.postmortem = path;
  return record(state, { kind: 'note', text: 'the postmortem was written', by }, nowMs);
}

/** Postmortems of major incidents are due within 48 hours. */
const postmortemWithinMs = 48 * 3_600_000;

/** When the postmortem is due, in milliseconds of the epoch; null where none is owed. */
export function postmortemDueMs(state: CommandState): number | null {
  return state.resolvedAtMs === null || !severityTable[state.severity].isMajor ? null : state.resolvedAtMs + postmortemWithinMs;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** A date is reached in the morning: people are reminded when they begin to work, in UTC. */
const morningMs = 9 * hourMs;
/** Two days before, on the day, and a week later when it was forgotten (knowledge of incident command, §5). */
const actionOffsetsMs = [-2 * dayMs, 0, 7 * dayMs];
/** A day before it is due, and when it is. */
const postmortemOffsetsMs = [-dayMs, 0];

export interface Reminder {
  atMs: number;
  /** Id of the action item; null: the postmortem. */
  action: string | null;
  /** Whom it concerns; null: whoever commands. */
  owner: string | null;
  /** Without texts of people. */
  text: string;
}

/** The next reminder; null while nothing is followed. */
export function nextReminder(state: CommandState): Reminder | null {
  const actions = state.actions.flatMap(({ id, state: standing, due, owner, reminded }): Reminder[] => {
    const offsetMs = actionOffsetsMs[reminded];
    if (standing !== 'open' || due === null || offsetMs === undefined) return [];
    const text =
      offsetMs < 0
        ? `action item ${id} is due on ${due}`
        : offsetMs === 0
          ? `action item ${id} is due today`
          : `action item ${id} was due on ${due}`;
    return [{ atMs: Date.parse(`${due}T00:00:00Z`) + morningMs + offsetMs, action: id, owner, text }];
  });
  const dueMs = postmortemDueMs(state);
  const offsetMs = postmortemOffsetsMs[state.postmortemReminded];
  const review: Reminder[] =
    dueMs === null || state.postmortem !== null || offsetMs === undefined
      ? []
      : [{ atMs: dueMs + offsetMs, action: null, owner: null, text: `the postmortem is due at ${new Date(dueMs).toISOString()}` }];
  return [...actions, ...review].sort((a, b) => a.atMs - b.atMs)[0] ?? null;
}

export function markReminded(state: CommandState, { action }: Reminder): void {
  if (action === null) state.postmortemReminded += 1;
  else state.actions = state.actions.map((item) => (item.id === action ? { ...item, reminded: item.reminded + 1 } : item));
}
