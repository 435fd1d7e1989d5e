/** What the hook takes at a time: bytes of bodies in memory, deliveries a second of one source, wrong credentials of one address. */

/** One of the largest bodies and what is small beside them: alerts have kilobytes, and whoever has to wait sends again. */
const bodyBudgetBytes = 12 * 1024 * 1024;
/** Above what a large Alertmanager cluster sends in a storm; a sender beyond that is broken. */
const deliveriesPerSecond = 20_000;
/** A person mistypes a token a few times; a program that guesses does it all the time. */
const denialsPerSecond = 20;
const knownAddresses = 10_000;

export interface Admission {
  /** Takes bytes of the budget, null when there are not so many left. The returned function gives them back. */
  reserve: (bytes: number) => (() => void) | null;
  /** False: too many deliveries of this source in this second. */
  admits: (source: string) => boolean;
  /** Counts a request with wrong credentials; false when its address has had too many in this second. */
  denied: (address: string) => boolean;
}

export function createAdmission(now: () => number, rates: { perSource: number | null } = { perSource: null }): Admission {
  let leftBytes = bodyBudgetBytes;
  const sources = createSecondCounter(now, rates.perSource ?? deliveriesPerSecond);
  const addresses = createSecondCounter(now, denialsPerSecond);
  return {
    reserve: (bytes) => {
      if (bytes > leftBytes) return null;
      leftBytes -= bytes;
      let isHeld = true;
      return () => {
        if (isHeld) leftBytes += bytes;
        isHeld = false;
      };
    },
    admits: sources,
    denied: addresses,
  };
}

function createSecondCounter(now: () => number, limit: number): (key: string) => boolean {
  const counts = new Map<string, number>();
  let second = 0;
  return (key) => {
    const current = Math.floor(now() / 1000);
    if (current !== second || counts.size > knownAddresses) counts.clear();
    second = current;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return count <= limit;
  };
}
