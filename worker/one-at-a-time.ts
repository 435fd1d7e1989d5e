/** Runs work one after the other, in the order it was asked for. Whoever waits can be aborted. */
export type OneAtATime = <T>(signal: AbortSignal, work: () => Promise<T>) => Promise<T>;

export function createOneAtATime(): OneAtATime {
  let last: Promise<unknown> = Promise.resolve();
  return async (signal, work) => {
    const before = last;
    let release = (): void => undefined;
    last = new Promise<void>((resolve) => (release = resolve));
    // A waiter that gives up still keeps its place in the row until those before it are done.
    const turn = before.then(() => undefined);
    try {
      await abortable(turn, signal);
    } catch (error) {
      void turn.then(release);
      throw error;
    }
    try {
      return await work();
    } finally {
      release();
    }
  };
}

async function abortable(turn: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    await Promise.race([turn, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** Two loads on one host measure each other: incidents and the bisector share this one. */
export const oneLoadAtATime = createOneAtATime();
/** Building, starting and measuring commits, whatever search they belong to. */
export const oneCommitAtATime = createOneAtATime();
