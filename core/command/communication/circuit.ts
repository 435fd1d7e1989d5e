/** A channel that fails again and again is left alone for a while, so that nobody waits for it; then one message tries it. */

export interface Circuit {
  /** In a row, without an answer between. */
  failures: number;
  /** Null: closed. */
  openSinceMs: number | null;
  /** One message is on its way to find out. */
  isProbing: boolean;
}

export const circuitLimits = {
  /** One page is tried about seven times in its 25 seconds: a channel that is dead costs the first page half of that, and later ones nothing. */
  opensAfter: 5,
  /** No page of a ladder waits for less than a minute where people set its times. */
  probeAfterMs: 60_000,
} as const;

export const closedCircuit: Circuit = { failures: 0, openSinceMs: null, isProbing: false };

/** Whether a message may go now; as a probe when the pause is over. */
export function admission({ openSinceMs, isProbing }: Circuit, nowMs: number): 'closed' | 'probe' | 'open' {
  if (openSinceMs === null) return 'closed';
  return !isProbing && nowMs - openSinceMs >= circuitLimits.probeAfterMs ? 'probe' : 'open';
}

/** When the next message may try it. */
export function probeAt({ openSinceMs }: Circuit, nowMs: number): number {
  return openSinceMs === null ? nowMs : Math.max(nowMs, openSinceMs + circuitLimits.probeAfterMs);
}

export function afterFailure({ failures, openSinceMs }: Circuit, nowMs: number): Circuit {
  const count = failures + 1;
  const isOpen = openSinceMs !== null || count >= circuitLimits.opensAfter;
  return { failures: count, openSinceMs: isOpen ? nowMs : null, isProbing: false };
}
