import { describeLoad, loadTimeLimitMs } from '../core/decisions/load/describe-load.js';
import { ProgramFailedError } from '../core/model/errors.js';
import type { LoadPlan } from '../core/model/load-result.js';

/** Stops a load that does not end by itself. The time counts from when the load has the machine. */
export function createTimeLimit(plan: LoadPlan): { signal: AbortSignal; begin: () => void; end: () => void } {
  const limitMs = loadTimeLimitMs(plan);
  const passed = new AbortController();
  const timer: { id?: NodeJS.Timeout } = {};
  const stop = (): void => {
    const message = `k6 did not end within ${Math.round(limitMs / 1000)} s of a load of ${describeLoad(plan)}; it was stopped`;
    passed.abort(new ProgramFailedError({ program: 'k6', exitCode: null, message, retryable: false }));
  };
  return { signal: passed.signal, begin: () => void (timer.id ??= setTimeout(stop, limitMs)), end: () => clearTimeout(timer.id) };
}
