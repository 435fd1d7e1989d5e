import { withHostLock } from '../adapters/host-lock.js';

/** Runs work one after the other, in the order it was asked for. Whoever waits can be aborted. */
type OneAtATime = <T>(signal: AbortSignal, work: () => Promise<T>) => Promise<T>;

function createOneAtATime(): OneAtATime {
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

/** One after the other in this process, in order, and among the processes of this machine. */
function createOneOnThisMachine(name: string): OneAtATime {
  const inThisProcess = createOneAtATime();
  return (signal, work) => inThisProcess(signal, () => withHostLock(name, signal, work));
}

/** Two loads on one machine measure each other: incidents and the bisector share this one. */
export const oneLoadAtATime = createOneOnThisMachine('load');
/** Building, starting and measuring commits, whatever search they belong to. */
export const oneCommitAtATime = createOneOnThisMachine('measuring a commit');
