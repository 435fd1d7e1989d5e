/** What is alive of one incident besides its plain state: deliveries under way, and whether the history is about to end. */
import { condition } from '@temporalio/workflow';
import { record, type CommandState } from '../../core/command/incident/command-state.js';
import type { EventDraft, RecordEvent } from '../../core/command/incident/record-event.js';

export interface CommandRun {
  readonly state: CommandState;
  /** Ends when everything that was published so far has reached its pages. */
  publications: Promise<void>;
  /** Deliveries that nobody waits for; the history may not end before them. */
  deliveries: number;
  /** The rules of the catalog were read: what is measured can be rated. */
  isReady: boolean;
  /** Services under which the registry knows this incident as open, a line each. */
  registered: string;
  /** The loops leave: the incident is over, or its history continues as new. */
  isLeaving: boolean;
  /** How often it was asked what could be done, and the last of these that was answered. */
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
 * Sleeps until `atMs`, or until something changes: `seen` must give another value then. True: the time has come and nothing changed. A timer's
 * summary tells people in the Web UI what it waits for.
 */
export async function sleepUntil(run: CommandRun, atMs: number, seen: () => unknown, summary: string): Promise<boolean> {
  const before = seen();
  const isWoken = (): boolean => run.isLeaving || seen() !== before;
  const waitMs = atMs - Date.now();
  if (waitMs > 0 && (await condition(isWoken, waitMs, { summary }))) return false;
  return !isWoken();
}
