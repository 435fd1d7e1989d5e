import { withHostLock } from '../../adapters/kernel/host-lock.js';

/** Who waits can be aborted, and hears how many come first: in this process, or one that another process of the machine runs. */
interface Turn {
  signal: AbortSignal;
  onWaiting: (inFront: number) => void;
}

/** Runs work one after the other, in the order it was asked for. */
type OneAtATime = <T>(turn: Turn, work: () => Promise<T>) => Promise<T>;

interface Place {
  begin: () => void;
  onWaiting: Turn['onWaiting'];
}

function createOneAtATime(): OneAtATime {
  /** Whose turn it is comes first. */
  const row: Place[] = [];
  const tell = (place: Place, inFront: number): void => (inFront === 0 ? place.begin() : place.onWaiting(inFront));
  return async ({ signal, onWaiting }, work) => {
    const place: Place = { begin: () => undefined, onWaiting };
    const turn = new Promise<void>((resolve) => (place.begin = resolve));
    tell(place, row.push(place) - 1);
    try {
      await abortable(turn, signal);
      return await work();
    } finally {
      row.splice(row.indexOf(place), 1);
      row.forEach(tell);
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
export function createOneOnThisMachine(name: string): OneAtATime {
  const inThisProcess = createOneAtATime();
  return (turn, work) => inThisProcess(turn, () => withHostLock(name, turn.signal, work, () => turn.onWaiting(1)));
}

/** Two loads on one machine measure each other: incidents and the bisector share this one. */
export const oneLoadAtATime = createOneOnThisMachine('load');
/** Building, starting and measuring commits, whatever search they belong to. */
export const oneCommitAtATime = createOneOnThisMachine('measuring a commit');
