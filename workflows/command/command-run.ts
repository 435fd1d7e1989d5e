/** The live parts of one incident besides its plain state: running deliveries, and whether the history is about to end. */
import { condition } from '@temporalio/workflow';
import { record, type CommandState } from '../../core/command/incident/command-state.js';
import type { EventDraft, RecordEvent } from '../../core/command/incident/record-event.js';

export interface CommandRun {
  readonly state: CommandState;
  /** Settles when everything that was published so far has reached its pages. */
  publications: Promise<void>;
  /** Deliveries that nobody waits for; the history may not end before them. */
  deliveries: number;
  /** The rules of the catalog have been read, so measurements can be rated. */
  isReady: boolean;
  /** Services under which the registry knows this incident as open, one per line. */
  registered: string;
  /** The loops end: the incident is over, or its history continues as new. */
  isLeaving: boolean;
  /** How many times proposals were asked for, and the last of these requests that was answered. */
  proposalsWanted: number;
  proposalsMade: number;
  /** Shows a change: board, search attributes. */
  publish: () => void;
}

export function note(run: CommandRun, draft: EventDraft): RecordEvent {
  const event = record(run.state, draft, Date.now());
  run.publish();
  return event;
}

/**
 * Sleeps until `atMs`, or until `seen` gives another value than now. Returns true when the time has come and nothing changed. The summary of the timer
 * shows in the Web UI what it waits for.
 */
export async function sleepUntil(run: CommandRun, atMs: number, seen: () => unknown, summary: string): Promise<boolean> {
  const before = seen();
  const isWoken = (): boolean => run.isLeaving || seen() !== before;
  const waitMs = atMs - Date.now();
  if (waitMs > 0 && (await condition(isWoken, waitMs, { summary }))) return false;
  return !isWoken();
}
