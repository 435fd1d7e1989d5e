import { withHostLock } from '../../adapters/kernel/host-lock.js';

/** Whoever waits can be aborted, and is told how many come first: in this process, or one that another process of the machine runs. */
interface Turn {
  signal: AbortSignal;
  onWaiting: (inFront: number) => void;
}

/** Runs work one after the other, in the order in which it was requested. */
type OneAtATime = <T>(turn: Turn, work: () => Promise<T>) => Promise<T>;

interface Place {
  begin: () => void;
  onWaiting: Turn['onWaiting'];
}

function createOneAtATime(): OneAtATime {
  /** The first in the row has the turn. */
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

/** Runs work one after the other, in order within this process and exclusively among the processes of this machine. */
export function createOneOnThisMachine(name: string): OneAtATime {
  const inThisProcess = createOneAtATime();
  return (turn, work) => inThisProcess(turn, () => withHostLock(name, turn.signal, work, () => turn.onWaiting(1)));
}

/** Two loads on one machine would disturb each other's measurements, so incidents and the bisector share this one. */
export const oneLoadAtATime = createOneOnThisMachine('load');
/** For building, starting and measuring commits, whichever search they belong to. */
export const oneCommitAtATime = createOneOnThisMachine('measuring a commit');
