export interface Deadline {
  signal: AbortSignal;
  /** The time ran out, and nobody above stopped it. */
  isLate: () => boolean;
  /** Gives back the timer. */
  end: () => void;
}

/**
 * A signal that ends with `parent` or after a time. Not `AbortSignal.any` with `AbortSignal.timeout`: Node 20 collects such a signal as garbage while
 * somebody still waits for it, and then it never comes (measured: a run that hung for twice its budget).
 */
export function startDeadline(parent: AbortSignal, ms: number): Deadline {
  const controller = new AbortController();
  let late = false;
  const stop = (): void => controller.abort(parent.reason);
  const timer = setTimeout(() => {
    late = true;
    controller.abort(new Error(`no result within ${ms / 1000} s`));
  }, ms);
  if (parent.aborted) stop();
  parent.addEventListener('abort', stop, { once: true });
  return {
    signal: controller.signal,
    isLate: () => late,
    end: () => {
      clearTimeout(timer);
      parent.removeEventListener('abort', stop);
    },
  };
}

/** Rejects with the reason of the signal although `work` goes on: what hangs must not hold up the rest. */
export async function withinTime<T>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  return await new Promise<T>((resolve, reject) => {
    const end = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)));
    signal.addEventListener('abort', end, { once: true });
    work(signal)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', end));
  });
}

/** Both: `work` has a signal of its own that ends with the time, and is left behind when it does not heed it. */
export async function withinDeadline<T>(
  parent: AbortSignal,
  ms: number,
  work: (signal: AbortSignal, deadline: Deadline) => Promise<T>,
): Promise<T> {
  const deadline = startDeadline(parent, ms);
  try {
    return await withinTime(deadline.signal, async (signal) => await work(signal, deadline));
  } finally {
    deadline.end();
  }
}
