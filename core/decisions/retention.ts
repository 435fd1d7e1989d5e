/** What may go: by age, and above a size the oldest first. Never what an open incident refers to. */

export interface KeptThing {
  path: string;
  sizeBytes: number;
  /** When it was last stored. */
  storedAtMs: number;
  /** An incident that is not over refers to it. */
  isInUse: boolean;
}

export interface RetentionLimits {
  /** Null = as long as there is room. */
  keepMs: number | null;
  /** Null = as much as the disk takes. */
  maxBytes: number | null;
}

export interface Removal {
  path: string;
  sizeBytes: number;
  storedAtMs: number;
  why: 'age' | 'size';
}

export interface RetentionPlan {
  /** Oldest first. */
  removals: Removal[];
  totalBytes: number;
  inUse: { count: number; sizeBytes: number };
  /** Above the limit even after the removals: all that is left is in use, or too new. */
  overBytes: number;
}

/**
 * What was stored within this time is in nobody's history yet, perhaps: an activity stores first and answers then, and the answer of the slowest one that
 * stores (a capture of half an hour at most) is tried again within minutes.
 */
export const tooNewMs = 3_600_000;

export function planRetention(things: readonly KeptThing[], limits: RetentionLimits, nowMs: number): RetentionPlan {
  const sum = (list: readonly { sizeBytes: number }[]): number => list.reduce((total, { sizeBytes }) => total + sizeBytes, 0);
  const inUse = things.filter((thing) => thing.isInUse);
  const free = things.filter((thing) => !thing.isInUse && nowMs - thing.storedAtMs >= tooNewMs).sort((a, b) => a.storedAtMs - b.storedAtMs);
  const totalBytes = sum(things);
  const removals: Removal[] = [];
  let keptBytes = totalBytes;
  for (const { path, sizeBytes, storedAtMs } of free) {
    const isOld = limits.keepMs !== null && nowMs - storedAtMs >= limits.keepMs;
    const isAbove = limits.maxBytes !== null && keptBytes > limits.maxBytes;
    if (!isOld && !isAbove) break;
    removals.push({ path, sizeBytes, storedAtMs, why: isOld ? 'age' : 'size' });
    keptBytes -= sizeBytes;
  }
  const overBytes = limits.maxBytes === null ? 0 : Math.max(0, keptBytes - limits.maxBytes);
  return { removals, totalBytes, inUse: { count: inUse.length, sizeBytes: sum(inUse) }, overBytes };
}
