/** Limits of the hook: bytes of bodies in memory, deliveries per second of one source, wrong credentials from one address. */
import { createBodyMemory, type BodyMemory } from './body-memory.js';

/** Room for one of the largest bodies and small ones beside it: alerts have kilobytes, and a sender that has to wait sends again. */
const bodyBudgetBytes = 12 * 1024 * 1024;
/** Room for sixteen forms of the pages at a time. People can still act when senders have filled everything else. */
const formBudgetBytes = 1024 * 1024;
/** Above what a large Alertmanager cluster sends in a storm; a sender beyond that is broken. */
const deliveriesPerSecond = 20_000;
/** A person mistypes a token a few times; a program that guesses does so all the time. */
const denialsPerSecond = 20;
const knownAddresses = 10_000;

export interface Admission {
  /** Memory for incoming bodies, with one budget for all requests. */
  bodies: BodyMemory;
  /** Memory for what people send from the pages. */
  forms: BodyMemory;
  /** False: too many deliveries of this source in this second. */
  admits: (source: string) => boolean;
  /** Counts a request with wrong credentials; false when its address has had too many in this second. */
  denied: (address: string) => boolean;
}

export function createAdmission(now: () => number, rates: { perSource: number | null } = { perSource: null }): Admission {
  const sources = createSecondCounter(now, rates.perSource ?? deliveriesPerSecond);
  const addresses = createSecondCounter(now, denialsPerSecond);
  return {
    bodies: createBodyMemory(bodyBudgetBytes),
    forms: createBodyMemory(formBudgetBytes),
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
