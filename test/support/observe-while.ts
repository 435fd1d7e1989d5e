import { observeDatabase } from '../../adapters/databases/postgres/postgres.js';
import type { DatabaseObservation } from '../../core/model/database.js';

type Watch = Omit<Parameters<typeof observeDatabase>[0], 'durationMs' | 'delayMs' | 'onProgress'>;

/** Each is for a machine that is busier than the one before was for. */
const windowsMs = [5_000, 20_000, 60_000];

/**
 * What a window sees in which the whole `load` lies: it begins after the first reading of the counters, and on a machine so busy that it outlasts the window it is
 * done once more in a longer one.
 */
export async function observeWhile(watch: Watch, load: () => Promise<void>): Promise<DatabaseObservation> {
  for (const durationMs of windowsMs) {
    const observed = await observeFor(durationMs, watch, load);
    if (observed !== null) return observed;
  }
  throw new Error('the load outlasted a window of a minute: nothing can be said');
}

async function observeFor(durationMs: number, watch: Watch, load: () => Promise<void>): Promise<DatabaseObservation | null> {
  // At the earliest: the observation begins to count a moment later.
  const endsAt = performance.now() + durationMs;
  let begins = (): void => undefined;
  const begun = new Promise<void>((resolve) => (begins = resolve));
  // It tells of its first look at the sessions, which follows the first reading of the counters.
  const watched = observeDatabase({ ...watch, durationMs, delayMs: 0, onProgress: () => begins() });
  await Promise.race([begun, watched]);
  await load();
  const wasInside = performance.now() < endsAt;
  const observed = await watched;
  return wasInside ? observed : null;
}
