/** Stops a load that the server may already have given to another worker. */
import { ProgramFailedError } from '../core/model/errors.js';

/** Tells the server that the activity is alive. `gone`: the server has given it up, or never knew it. Rejects when nobody acknowledged. */
export type Acknowledge = () => Promise<'heard' | 'gone'>;

interface FenceTimes {
  everyMs: number;
  /** Time without an acknowledgement after which the load is stopped. */
  limitMs: number;
}

/** Ten seconds without an acknowledgement; the server waits five more before it starts the load elsewhere (`workflows/kernel/activity-options.ts`). */
const defaultTimes: FenceTimes = { everyMs: 2_000, limitMs: 10_000 };

function unheard(why: string): ProgramFailedError {
  const message = `the load was stopped: ${why}, so another worker may have been given it`;
  return new ProgramFailedError({ program: 'temporal', exitCode: null, message, retryable: true });
}

export interface Fence {
  /** Aborted with the reason when the load has to stop. */
  signal: AbortSignal;
  end: () => void;
}

/**
 * The time is counted from when an acknowledged heartbeat was sent, not from its acknowledgement, because the server's clock cannot have started earlier. A
 * heartbeat that hangs does not hold up the next one.
 */
export function startFence(acknowledge: Acknowledge, { everyMs, limitMs }: FenceTimes = defaultTimes): Fence {
  const fallen = new AbortController();
  const state = { heardAt: performance.now() };
  const beat = (): void => {
    const sentAt = performance.now();
    acknowledge().then(
      (answer) => {
        if (answer === 'gone') fallen.abort(unheard('the server knows this try no more'));
        else state.heardAt = Math.max(state.heardAt, sentAt);
      },
      // A missing acknowledgement is what counts.
      () => undefined,
    );
  };
  const look = (): void => {
    if (performance.now() - state.heardAt > limitMs)
      fallen.abort(unheard(`no heartbeat was acknowledged for ${Math.round(limitMs / 1000)} s`));
  };
  beat();
  const timers = [setInterval(beat, everyMs), setInterval(look, Math.min(everyMs, 250))];
  return { signal: fallen.signal, end: () => timers.forEach((timer) => clearInterval(timer)) };
}
