import { InterruptedError } from '../exit-code.js';

/** Runs `work` with a signal that Ctrl-C aborts; `goodbye` says how to come back. */
export async function interruptible<T>(goodbye: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = (): void => controller.abort(new InterruptedError(goodbye));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    return await work(controller.signal);
  } catch (error) {
    throw controller.signal.aborted ? new InterruptedError(goodbye) : error;
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}
