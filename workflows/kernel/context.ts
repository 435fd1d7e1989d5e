/** What a story gives the kernel. Nothing here knows an incident: an optimization or a load test can have one, too. */
import type { LoadStarted } from '../../activities/contract.js';
import type { NewEvent, StoryFact } from '../../core/model/timeline.js';
import { readLoadStarted } from '../../core/decisions/load/read-load-started.js';
import { loadStartedSignal } from './messages.js';
import { onSignal } from './on-message.js';

export interface Kernel {
  /** Names what the story leaves behind: incident, optimization, load test. */
  readonly ownerId: string;
  /** Appends to the story's record and returns the id of the event. */
  readonly record: (event: NewEvent<StoryFact>) => string;
  /** The newest start message of each running load, by its key. */
  readonly loadStarts: Map<string, LoadStarted>;
}

/** Call it once per workflow, before the first await: an unexpected start message would be lost. */
export function createKernel(ownerId: string, record: Kernel['record']): Kernel {
  const loadStarts = new Map<string, LoadStarted>();
  const kernel: Kernel = { ownerId, record, loadStarts };
  onSignal(kernel, loadStartedSignal, readLoadStarted, (started) => void loadStarts.set(started.key, started), {
    description: 'Sent by the load activity when k6 really runs; starts the captures',
  });
  return kernel;
}
