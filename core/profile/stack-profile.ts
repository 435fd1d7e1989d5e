import type { Frame, ProfileKind } from '../model/profile.js';

/** A column of numbers that nobody may change any more. */
export interface NumberColumn {
  readonly length: number;
  readonly [index: number]: number;
}

/** Weight of one source line inside a function, in the profile's unit. Lines are 1-based. */
export interface LineWeight {
  line: number;
  weight: number;
}

/** Something the reader saw and left out or had to assume: event types not ranked, malformed lines, stacks without a name. */
export interface ProfileNote {
  id: string;
  detail: string;
}

/**
 * The one model behind every format: interned frames and a merged call tree in columns. Memory depends on the number of distinct
 * stacks, never on the number of samples. Node 0 is the root (it has no frame, parent and frame are -1); parents come before children.
 * `total` is the sum of `self` over all nodes; idle time that a format marks as such is kept apart in `idleWeight`.
 */
export interface StackProfile {
  readonly format: string;
  readonly kind: ProfileKind;
  /** `samples`, `nanoseconds`, `microseconds`, `milliseconds`, `seconds`, `bytes`, `cycles`… or `unknown`. */
  readonly unit: string;
  readonly frames: readonly Frame[];
  readonly parents: NumberColumn;
  readonly frameOf: NumberColumn;
  readonly self: NumberColumn;
  /** Inclusive weight of each node. */
  readonly totals: NumberColumn;
  readonly total: number;
  /** Samples without the idle ones; null when the file cannot tell. */
  readonly samples: number | null;
  /** Samples that ended in each node; null like `samples`. */
  readonly samplesOf: NumberColumn | null;
  /**
   * How many samples of equal weight would tell as much: (Σw)² ÷ Σw² over the samples (Kish). Equal to `samples` where all weigh the same, far less
   * where a few carry the whole. Null like `samples`.
   */
  readonly effectiveSamples: number | null;
  readonly durationMs: number | null;
  /** Null when the format has no idle marks. */
  readonly idleWeight: number | null;
  /** Where inside its function the self weight of a node fell; only for formats that tell. */
  readonly hotLines: ReadonlyMap<number, readonly LineWeight[]>;
  readonly notes: readonly ProfileNote[];
}

const millisecondsPer = new Map([
  ['nanoseconds', 1e-6],
  ['microseconds', 1e-3],
  ['milliseconds', 1],
  ['seconds', 1000],
]);

/** A weight as milliseconds, or null when the profile's unit is no time. */
export function weightMs(profile: StackProfile, weight: number): number | null {
  const factor = millisecondsPer.get(profile.unit);
  return factor === undefined ? null : weight * factor;
}

/** The same samples with another weight each. */
export function scaleProfile(profile: StackProfile, factor: number): StackProfile {
  const scaled = (column: NumberColumn): number[] => Array.from(column, (weight) => weight * factor);
  const { self, totals, total, idleWeight, hotLines } = profile;
  const lines = [...hotLines].map(([node, all]) => [node, all.map(({ line, weight }) => ({ line, weight: weight * factor }))] as const);
  return {
    ...profile,
    self: scaled(self),
    totals: scaled(totals),
    total: total * factor,
    idleWeight: idleWeight === null ? null : idleWeight * factor,
    hotLines: new Map(lines),
  };
}

/** Frame ids of the stack that ends in `node`, root first. */
export function stackFrames(profile: StackProfile, node: number): Frame[] {
  const stack: Frame[] = [];
  for (let at = node; at > 0; at = profile.parents[at] ?? -1) {
    const frame = profile.frames[profile.frameOf[at] ?? -1];
    if (frame !== undefined) stack.push(frame);
  }
  return stack.reverse();
}
