/** Signatures that say when they were made: each is valid once, and only for a short time. */

/** Clocks of senders differ by seconds, and a delivery waits in a queue for minutes at most (the usual tolerance of webhooks). */
const toleranceMs = 5 * 60_000;
const mostRemembered = 200_000;

export const timestampHeader = 'x-timestamp';

/** What a signature with a time covers in front of the raw body: `<seconds since 1970>.` */
export function timeBefore(timestamp: string): string {
  return `${timestamp}.`;
}

/** Null when the time is right; else why not. */
export function whyNotNow(timestamp: string, nowMs: number): string | null {
  if (!/^\d{9,11}$/.test(timestamp)) return `${timestampHeader}: expected seconds since 1970`;
  const offMs = Number(timestamp) * 1000 - nowMs;
  return Math.abs(offMs) <= toleranceMs
    ? null
    : `${timestampHeader} is more than ${toleranceMs / 60_000} minutes off; set the sender's clock`;
}

export interface ReplayMemory {
  /**
   * Takes what was signed, given as a digest; null when it was taken before. The returned function gives it back, so that a delivery that failed because of
   * us may come again.
   */
  take: (signed: string) => (() => void) | null;
}

export function createReplayMemory(now: () => number): ReplayMemory {
  const seen = new Map<string, number>();
  return {
    take: (signed) => {
      if ((seen.get(signed) ?? 0) > now()) return null;
      for (const [old, until] of seen) {
        if (until > now() && seen.size < mostRemembered) break;
        seen.delete(old);
      }
      // A time in the future, within the tolerance, stays valid for twice as long.
      seen.set(signed, now() + 2 * toleranceMs);
      return () => void seen.delete(signed);
    },
  };
}
